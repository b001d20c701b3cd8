import { join } from 'node:path';
import { expect, test } from 'vitest';
import { buildEncoder } from '../../scripts/minilm/encoder-files.ts';
import { run } from '../../src/cli/program.ts';

async function tgnas(args: readonly string[]) {
  let [stdout, stderr] = ['', ''];
  const status = await run(args, {
    write: (text) => {
      stdout += text;
    },
    complain: (text) => {
      stderr += text;
    },
    input: () => undefined,
  });
  return { status, stdout, stderr };
}

const fixture = (name: string): string => join(import.meta.dirname, '../fixtures', `${name}.onnx`);

test('operators are shown as they are understood, with the nearest known ones', async () => {
  await buildEncoder();
  const { status, stdout, stderr } = await tgnas([
    'operators',
    '--json',
    'nor_conv_3x3',
    'coordinate attention 7x7',
  ]);
  expect([status, stderr]).toEqual([0, '']);
  const { operators } = JSON.parse(stdout);
  expect(operators).toMatchObject([
    { given: 'nor_conv_3x3', understood: 'convolution 3 by 3', source: 'table' },
    { given: 'coordinate attention 7x7', source: 'live', nearest: [{ op: 'coordinate attention' }, {}, {}] },
  ]);
}, 60_000);

test('an operator like no known one is pointed out', async () => {
  const { stdout, stderr } = await tgnas(['operators', 'banana bread']);
  expect(stdout).toContain('banana bread');
  expect(stderr).toBe('banana bread: like no operator that is known\n');
}, 60_000);

test('a graph with an operator that nobody has listed is scored', async () => {
  const graph = {
    nodes: [{ id: 'a', op: 'retention, 8 heads' }],
    edges: [
      ['in', 'a'],
      ['a', 'out'],
    ],
  };
  const { status, stdout } = await tgnas([
    'score',
    '-f',
    'dag',
    '--json',
    '--include',
    'operators',
    JSON.stringify(graph),
  ]);
  expect(status).toBe(0);
  expect(JSON.parse(stdout).results[0].operators[0].source).toBe('live');
}, 60_000);

test('ONNX files are scored by name', async () => {
  const { status, stdout } = await tgnas(['score', '-f', 'onnx', '--include', 'cost', fixture('resnet18')]);
  expect(status).toBe(0);
  expect(stdout).toContain('11.681 M');
});

test.each([
  [[fixture('nowhere')], /cannot read .*nowhere\.onnx/],
  [['package.json'], /package\.json.*expected a field of an ONNX model/],
  [[], /name a model file/],
])('%j is refused as an ONNX file', async (files, message) => {
  const { status, stderr } = await tgnas(['score', '-f', 'onnx', ...files]);
  expect(status).toBe(2);
  expect(stderr).toMatch(message);
});
