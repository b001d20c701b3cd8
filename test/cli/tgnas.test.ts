import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { run } from '../../src/cli/program.ts';

const CELL = '|nor_conv_3x3~0|+|none~0|skip_connect~1|+|none~0|skip_connect~1|nor_conv_3x3~2|';
const BAD = CELL.replace('~2', '~3');

const folder = mkdtempSync(join(tmpdir(), 'tgnas-cli-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs the command line in this process. Without `input` a keyboard is at the other end. */
async function tgnas(args: readonly string[], input?: string) {
  let stdout = '';
  let stderr = '';
  const status = await run(args, {
    write: (text) => {
      stdout += text;
    },
    complain: (text) => {
      stderr += text;
    },
    input: () => input,
  });
  return { status, stdout, stderr };
}

const scoresOf = (stdout: string): number[] =>
  JSON.parse(stdout).results.map(({ score }: { score: number }) => score);

test('an architecture on the command line is scored in a table', async () => {
  const { status, stdout } = await tgnas(['score', '--format', 'nas-bench-201', '--include', 'cost', CELL]);
  expect(status).toBe(0);
  expect(stdout).toContain('percentile');
  expect(stdout).toContain('0.559 M');
});

test('arguments, a file and standard input give the same results', async () => {
  const file = join(folder, 'cells.txt');
  writeFileSync(file, `${CELL}\n\n${CELL}\r\n`);
  const json = ['score', '-f', 'nas-bench-201', '--json'];
  const { stdout } = await tgnas([...json, CELL, CELL]);
  expect(scoresOf(stdout)).toHaveLength(2);
  expect((await tgnas([...json, '--file', file])).stdout).toBe(stdout);
  expect((await tgnas(json, `${CELL}\n${CELL}`)).stdout).toBe(stdout);
  expect((await tgnas([...json, '--file', '-'], `${CELL}\n${CELL}`)).stdout).toBe(stdout);
});

test('JSON architectures are read one a line', async () => {
  const graph = {
    nodes: [{ id: 'a', op: '3x3 convolution, batch norm, ReLU' }],
    edges: [
      ['in', 'a'],
      ['a', 'out'],
    ],
  };
  const { status, stdout } = await tgnas(
    ['score', '-f', 'dag', '--json', '--include', 'graph'],
    JSON.stringify(graph),
  );
  expect(status).toBe(0);
  expect(JSON.parse(stdout).results[0].graph.nodes[1].op).toBe('convolution 3 by 3');
});

test('more architectures than one call of the API takes are scored in order', async () => {
  const { stdout } = await tgnas(['score', '-f', 'nas-bench-201', '--json'], `${CELL}\n`.repeat(1_500));
  const indices = JSON.parse(stdout).results.map(({ index }: { index: number }) => index);
  expect(indices).toEqual([...new Array(1_500).keys()]);
});

test('a bad line is named by line and column, exit code 2, in one line', async () => {
  const { status, stdout, stderr } = await tgnas(
    ['score', '-f', 'nas-bench-201'],
    `${CELL}\n\n${BAD}\n${BAD}\n`,
  );
  expect(status).toBe(2);
  expect(stdout).toBe('');
  expect(stderr).toBe(
    `tgnas: line 3, column ${BAD.indexOf('~3') + 1}: expected "~2|" at character 76, got "~3|" ` +
      '(and 1 more of them cannot be read)\n',
  );
});

test.each([
  [['score', CELL], /--format/],
  [['score', '-f', 'nas-bench-999', CELL], /nas-bench-201/],
  [['score', '-f', 'nas-bench-201', '--include', 'scores', CELL], /heads, expected, cost, graph/],
  [['score', '-f', 'nas-bench-201', '--include', 'graph', CELL], /--json/],
  [['score', '-f', 'nas-bench-201', '--file', '/nowhere/cells', CELL], /not both/],
  [['score', '-f', 'nas-bench-201', '--file', '/nowhere/cells'], /cannot read \/nowhere\/cells/],
  [['score', '-f', 'nas-bench-201'], /no architecture given/],
  [['scroe'], /unknown command/],
])('%j is refused with exit code 2', async (args, message) => {
  const { status, stderr } = await tgnas(args);
  expect(status).toBe(2);
  expect(stderr).toMatch(message);
  expect(stderr).not.toMatch(/ {4}at /);
});

test('help shows examples', async () => {
  const { status, stdout } = await tgnas(['score', '--help']);
  expect(status).toBe(0);
  expect(stdout).toContain("tgnas score --format nas-bench-201 '|nor_conv_3x3~0|");
});

test('every format is listed with an example', async () => {
  const { formats } = JSON.parse((await tgnas(['formats', '--json'])).stdout);
  expect(formats.map(({ id }: { id: string }) => id)).toContain('darts');
  expect((await tgnas(['formats'])).stdout).toContain('64-41414-1_02_333');
});

test('built-in spaces are listed with their sizes', async () => {
  expect((await tgnas(['spaces'])).stdout).toMatch(/nas-bench-201 .* 6 │ +15625 │/);
  expect(JSON.parse((await tgnas(['spaces', '--json'])).stdout).spaces).toContainEqual(
    expect.objectContaining({ id: 'nas-bench-201', genomes: '15625', exact: true }),
  );
});

test('empty input is told, not scored', async () => {
  const { status, stderr } = await tgnas(['score', '-f', 'nas-bench-201'], '\n \n');
  expect(status).toBe(2);
  expect(stderr).toBe('tgnas: no architecture in standard input\n');
});

test('as a program it reads the pipe, answers on standard output and exits with the code', () => {
  const program = (input: string) =>
    spawnSync(process.execPath, ['src/cli/tgnas.ts', 'score', '-f', 'nas-bench-201', '--json'], {
      input,
      encoding: 'utf8',
    });
  const good = program(`${CELL}\n`);
  expect(good.status).toBe(0);
  expect(scoresOf(good.stdout)).toHaveLength(1);
  const bad = program(`${BAD}\n`);
  expect(bad.status).toBe(2);
  expect(bad.stdout).toBe('');
  expect(bad.stderr).toContain('line 1, column 77');
});
