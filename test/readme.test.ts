/** The examples of the README, as printed, in a folder where the package is installed and the server has a key. */
import { execFile, execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildEncoder } from '../scripts/minilm/encoder-files.ts';
import { nasBench201 } from '../src/formats/nas-bench-201.ts';
import { Relay } from './e2e/relay.ts';
import { WranglerDev } from './faults/wrangler-dev.ts';

const ROOT = join(import.meta.dirname, '..');
const README = readFileSync(join(ROOT, 'README.md'), 'utf8');
/** Where `npm start` serves, and the examples call. */
const ADDRESS = 'http://127.0.0.1:8787';

interface Example {
  readonly language: string;
  readonly source: string;
  /** That it is to be saved as. */
  readonly file: string;
}

/** The fenced blocks of a section. */
function examplesOf(document: string, heading: string): Example[] {
  const [, section = ''] = document.split(`\n## ${heading}\n`);
  const [text = ''] = section.split('\n## ');
  const blocks = text.matchAll(/([^\n]*)\n\n```(\w+)\n(.*?)```/gs);
  return [...blocks].map(([, before = '', language = '', source = '']) => ({
    language,
    source,
    file: /`(\w+\.mjs)`/.exec(before)?.[1] ?? 'example.mjs',
  }));
}

const examples = examplesOf(README, 'Five examples');
const folder = mkdtempSync(join(tmpdir(), 'tgnas-readme-'));
let server: WranglerDev;
let relay: Relay;

beforeAll(async () => {
  execFileSync(process.execPath, [
    join(ROOT, 'node_modules/typescript/bin/tsc'),
    '-p',
    join(ROOT, 'tsconfig.build.json'),
  ]);
  await buildEncoder();
  server = await WranglerDev.start(['wrangler.toml', 'wrangler.encoder.toml']);
  const port = Number(new URL(ADDRESS).port);
  relay = await Relay.open(() => server.url, port).catch(() => Relay.open(() => server.url));
  mkdirSync(join(folder, '.wrangler'));
  writeFileSync(join(folder, '.wrangler/local-key'), `${await server.newKey()}\n`);
  const commands = join(folder, 'node_modules/.bin');
  mkdirSync(commands, { recursive: true });
  symlinkSync(ROOT, join(folder, 'node_modules/tgnas-edge'));
  writeFileSync(join(commands, 'tgnas'), `#!/bin/sh\nexec node ${ROOT}/dist/cli/tgnas.js "$@"\n`);
  chmodSync(join(commands, 'tgnas'), 0o755);
}, 120_000);
afterAll(async () => {
  relay?.close();
  await server?.stop();
  rmSync(folder, { recursive: true });
});

/** What it prints. Its address is another than in print where somebody else has the port. */
async function run({ language, source, file }: Example): Promise<string> {
  const text = source.replaceAll(ADDRESS, relay.url);
  const run = promisify(execFile);
  const options = { cwd: folder, maxBuffer: 1e8 };
  if (language === 'sh') return (await run('bash', ['-euc', text], options)).stdout;
  writeFileSync(join(folder, file), text);
  return (await run('node', [file], options)).stdout;
}

const at = (place: number): Example => {
  const example = examples[place];
  if (example === undefined) throw new Error(`there is no example ${place}`);
  return example;
};

test('there are five', () => {
  expect(examples.map(({ language }) => language)).toEqual(['sh', 'js', 'sh', 'sh', 'js']);
  expect(examples.filter(({ file }) => file !== 'example.mjs').map(({ file }) => file)).toEqual([
    'batch.mjs',
    'search.mjs',
  ]);
});

test('score: one cell has a score, heads and a cost', async () => {
  const { results, usage } = JSON.parse(await run(at(0)));
  expect(results).toHaveLength(1);
  const [{ score, percentile, heads, cost }] = results;
  expect(score).toBeGreaterThan(0);
  expect(score).toBeLessThan(1);
  expect(percentile).toBeGreaterThan(0);
  expect(Object.keys(heads).length).toBeGreaterThan(3);
  expect(cost).toMatchObject({ depth: 2 });
  expect(usage.units).toBe(1);
});

test('batch: all of NAS-Bench-201 is scored, and the best of it named', async () => {
  const [, count, best] = /^(\d+) scored, the best of them (\S+)\n$/.exec(await run(at(1))) ?? [];
  expect(Number(count)).toBe(15_625);
  expect(nasBench201.print(nasBench201.parse(best))).toBe(best);
});

test('operators of your own: the answer tells how each was understood', async () => {
  const { results } = JSON.parse(await run(at(2)));
  const [{ operators, score }] = results;
  expect(score).toBeGreaterThan(0);
  expect(operators).toMatchObject([
    { understood: 'convolution 3 by 3', source: 'table' },
    { given: 'coordinate attention 7x7', source: 'live' },
  ]);
});

test('a space of your own: the best network is written as PyTorch', async () => {
  await run(at(3));
  expect(readFileSync(join(folder, 'network.py'), 'utf8')).toContain('class Network(nn.Sequential):');
});

test('search: what beats all before it is told as it is found, and ends as PyTorch', async () => {
  const told = await run(at(4));
  const scores = [...told.matchAll(/^(0\.\d+) \|/gm)].map(([, score]) => Number(score));
  expect(scores.length).toBeGreaterThan(1);
  expect(scores.toSorted((a, b) => a - b)).toEqual(scores);
  expect(told).toContain('class Network(nn.Sequential):');
});

test('the library: the example scores, searches and exports without a server', async () => {
  const document = readFileSync(join(ROOT, 'docs/typescript.md'), 'utf8');
  const [example] = examplesOf(document, 'The library, without a server');
  if (example === undefined) throw new Error('there is no example of the library');
  const told = await run(example);
  expect(told).toMatch(/^0\.\d+ \d+\n\d+ \|/);
  expect(told).toContain('class Network(nn.Sequential):');
});

test('what the documents point to is there', () => {
  const pages = readdirSync(join(ROOT, 'docs')).filter((name) => name.endsWith('.md'));
  const documents = ['README.md', ...pages.map((name) => `docs/${name}`)];
  const missing = documents.flatMap((document) => {
    const text = readFileSync(join(ROOT, document), 'utf8');
    const links = [...text.matchAll(/(?:\]\(|src="|srcset=")([^)"#]+)/g)].map(([, link = '']) => link);
    const files = links.filter((link) => !/^[a-z]+:/.test(link));
    return files.filter((link) => !existsSync(join(ROOT, dirname(document), link)));
  });
  expect(missing).toEqual([]);
});
