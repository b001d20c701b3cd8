import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { run } from '../../src/cli/program.ts';
import { nasBench201 } from '../../src/formats/nas-bench-201.ts';

const folder = mkdtempSync(join(tmpdir(), 'tgnas-search-'));
afterAll(() => rmSync(folder, { recursive: true }));

async function tgnas(...args: readonly string[]) {
  let stdout = '';
  let stderr = '';
  const status = await run(['search', ...args], {
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

const SEARCH = ['--space', 'nas-bench-201', '--evaluations', '150', '--seed', '7'];

test('a search is told in a table and its architecture, and the same again is the same', async () => {
  const { status, stdout } = await tgnas(...SEARCH);
  expect(status).toBe(0);
  expect(stdout).toMatch(/^150 networks scored, \d+ met again, 0 over a limit; the budget is used up\n/);
  const architecture = stdout.trimEnd().split('\n').at(-1);
  expect(nasBench201.print(nasBench201.parse(architecture))).toBe(architecture);
  expect((await tgnas(...SEARCH)).stdout).toBe(stdout);
});

test('as JSON it has its settings, its history and the best', async () => {
  const result = JSON.parse((await tgnas(...SEARCH, '--json')).stdout);
  expect(result).toMatchObject({ space: 'nas-bench-201', settings: { algorithm: 'hybrid', seed: 7 } });
  expect(result.history.at(-1).architecture).toBe(result.best.architecture);
  expect(result.progress.evaluations).toBe(150);
});

test('hard limits are kept, however they are written', async () => {
  const limits = ['--max-params', '0.4M', '--max-flops', '60M', '--max-depth', '2'];
  const { best } = JSON.parse((await tgnas(...SEARCH, ...limits, '--json')).stdout);
  expect(best.cost.params).toBeLessThanOrEqual(0.4e6);
  expect(best.cost.flops).toBeLessThanOrEqual(60e6);
  expect(best.cost.depth).toBeLessThanOrEqual(2);
});

test('two objectives give a front, on which a lower score costs less', async () => {
  const { front } = JSON.parse((await tgnas(...SEARCH, '--objectives', 'score,flops', '--json')).stdout);
  expect(front.length).toBeGreaterThan(1);
  const flops = front.map(({ cost }: { cost: { flops: number } }) => cost.flops);
  expect(flops).toEqual(flops.toSorted((a: number, b: number) => b - a));
});

test('the best alone is printed in the form asked for', async () => {
  const inForm = async (form: string) => (await tgnas(...SEARCH, '--format', form)).stdout;
  expect(nasBench201.parse((await inForm('arch')).trimEnd())).toHaveLength(6);
  expect(await inForm('dot')).toMatch(/^digraph "nas-bench-201" \{\n/);
  expect(await inForm('pytorch')).toContain('class Network(nn.Sequential):');
  expect(JSON.parse(await inForm('json'))).toHaveProperty('graph.nodes');
});

test('a space is read from a file', async () => {
  const file = join(folder, 'space.json');
  const edges = [{ from: 'in', to: 'out', choices: ['conv3x3', 'max pooling 3 by 3', 'none'] }];
  writeFileSync(file, JSON.stringify({ kind: 'cell', edges }));
  const { stdout } = await tgnas('-s', file, '-a', 'exhaustive', '-n', '10', '--json');
  expect(JSON.parse(stdout)).toMatchObject({ finish: 'exhausted', progress: { evaluations: 3 } });
  writeFileSync(file, JSON.stringify({ kind: 'cell', edges: [{ from: 'in', to: 'out', choices: [] }] }));
  const { status, stderr } = await tgnas('-s', file, '-n', '10');
  expect([status, stderr]).toEqual([2, expect.stringContaining('space.json at /edges/0/choices')]);
});

test.each<[string[], RegExp]>([
  [['-s', 'nas-bench-999', '-n', '10'], /expected one of the spaces nas-bench-201, .* got nas-bench-999/],
  [['-s', 'nas-bench-201', '-n', '10'], /pruning nas-bench-201 takes 85 evaluations or more/],
  [['-s', 'nas-bench-201', '-n', 'many'], /Expected a number such as/],
  [['-s', 'nas-bench-201', '-n', '200', '--objectives', 'flops'], /objectives/],
  [['-s', 'nas-bench-201', '-n', '200', '--objectives', 'score,taste'], /got "taste"/],
  [['-s', 'nas-bench-201', '-n', '200', '--max', 'taste=1'], /got "taste"/],
  [['-s', 'nas-bench-201', '-n', '200', '--max', 'taste'], /latency=0.5/],
  [['-s', 'nas-bench-201', '-n', '200', '--max-params', '10'], /no architecture of the space is within/],
  [['-s', 'nas-bench-201', '-n', '200', '-f', 'genotype'], /arch gives their own notation/],
])('%j is refused with exit code 2', async (args, message) => {
  const { status, stdout, stderr } = await tgnas(...args);
  expect([status, stdout]).toEqual([2, '']);
  expect(stderr).toMatch(message);
});
