/**
 * @file `npm run bench`: how fast the engines, the API and the kernel's parts are, in one run. Repetitions are
 * interleaved and medians given, so that the ratios hold on a busy machine; the times are this machine's.
 */
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';
import Table from 'cli-table3';
import { Command } from 'commander';
import { measureExhaustive } from './exhaustive.ts';
import { growthOfKernel, multiplyAddsPerSecond, ratesInNode } from './in-node.ts';
import { coldStarts, ratesInWorkerd } from './in-workerd.ts';
import { measureNewWords } from './new-words.ts';
import { measureOverHttp } from './over-http.ts';
import { ratePlot } from './plot.ts';
import { distinctNetworks } from './subjects.ts';

const BATCHES = [1, 32, 256, 1_024] as const;

const flags = new Command('npm run bench --')
  .description('Measures engines, API and kernel, in about two minutes on an idle machine.')
  .option('--rounds <n>', 'interleaved repetitions; medians are reported', Number, 5)
  .option('--json', 'print the figures as JSON', false)
  .option('--plot <file>', 'draw the architectures a second as an SVG')
  .parse()
  .opts<{ rounds: number; json: boolean; plot?: string }>();

// Nothing is fetched or reported while it measures.
process.env.CLOUDFLARE_CF_FETCH_ENABLED = 'false';
process.env.WRANGLER_SEND_METRICS = 'false';

async function step<Figures>(what: string, measure: () => Promise<Figures>): Promise<Figures> {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${what} ...`);
  const figures = await measure();
  if (process.stderr.isTTY) process.stderr.write('\r\u001b[K');
  return figures;
}

/** MB that an engine adds to a process of its own. */
function megabytes(engine: string): number {
  const script = fileURLToPath(new URL('memory.ts', import.meta.url).href);
  const options = ['--disable-warning=ExperimentalWarning', script, engine];
  const { stdout, stderr, status } = spawnSync(process.execPath, options, { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  return Number(stdout);
}

const { rounds } = flags;
const cold = await step('first answers', () => coldStarts(3));
const workerd = await step('engines in workerd', () => ratesInWorkerd(BATCHES, rounds));
const node = await step('engines in Node', () => ratesInNode(BATCHES, rounds));
const http = await step('the API over HTTP', measureOverHttp);
const exhaustive = await step('an exhaustive search', measureExhaustive);
const words = await step('unheard-of words', measureNewWords);
const growth = await step('growth', () => growthOfKernel(rounds));
const limit = await step('the limit of the machine', () => multiplyAddsPerSecond(rounds));
const memory = await step('memory', async () => ({
  kernel: megabytes('kernel'),
  'ort-int8': megabytes('ort-int8'),
  encoder: megabytes('encoder'),
}));

const networks = distinctNetworks();
/** Of a cell that is one network with a cell before it, the kernel sees nothing. */
const kernelSeconds = networks / (workerd.kernel?.[1_024] ?? Number.NaN);
const figures = {
  machine: {
    processor: cpus()[0]?.model,
    cores: cpus().length,
    memoryGB: Math.round(totalmem() / 1e9),
    node: process.version,
  },
  rounds,
  architecturesPerSecond: { workerd, node },
  coldFirstAnswerMilliseconds: cold,
  http,
  wholeSpace: {
    seconds: http.wholeSpace,
    secondsAgain: http.wholeSpaceAgain,
    networks,
    kernelSeconds,
    kernelShare: kernelSeconds / http.wholeSpace,
  },
  exhaustiveSearchSeconds: exhaustive,
  newWordsMilliseconds: words,
  memoryMB: memory,
  growth,
  multiplyAddsPerSecond: { ...limit, share: limit.kernel / limit.dotProduct },
};

if (flags.plot !== undefined) writeFileSync(flags.plot, await ratePlot(workerd));

const number = (value: number, digits = 0): string =>
  value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits });

function printTable(): void {
  const table = new Table({ style: { head: [], border: [] } });
  const heading = (text: string, columns: readonly string[] = ['', '', '', '']): void => {
    table.push([text, ...columns]);
  };
  for (const [place, rates] of Object.entries({ workerd, Node: node })) {
    heading(
      `architectures/s in ${place}`,
      BATCHES.map((batch) => `batch ${number(batch)}`),
    );
    for (const [engine, byBatch] of Object.entries(rates)) {
      const ratio = (batch: number): string =>
        ((byBatch[batch] ?? Number.NaN) / (rates['ort-int8']?.[batch] ?? Number.NaN)).toFixed(2);
      table.push([
        `  ${engine} (x ort-int8)`,
        ...BATCHES.map((b) => `${number(byBatch[b] ?? Number.NaN)} (${ratio(b)})`),
      ]);
    }
  }
  heading('API over HTTP, ms', ['p50', 'p95', 'p99', 'calls']);
  for (const [batch, { p50, p95, p99, calls }] of Object.entries(http.byBatch)) {
    table.push([
      `  batch ${number(Number(batch))}`,
      number(p50, 1),
      number(p95, 1),
      number(p99, 1),
      number(calls),
    ]);
  }
  heading('first answer, ms', ['kernel', 'ort-int8', 'ratio', 'API']);
  const [kernelCold = Number.NaN, ortCold = Number.NaN] = [cold.kernel, cold['ort-int8']];
  table.push([
    '  of a fresh isolate',
    number(kernelCold, 1),
    number(ortCold, 1),
    number(ortCold / kernelCold, 1),
    number(http.first, 1),
  ]);
  heading('all of NAS-Bench-201 over HTTP', ['seconds', 'of these kernel', 'share', 'met before']);
  table.push([
    '  16 calls',
    number(http.wholeSpace, 2),
    number(kernelSeconds, 2),
    `${number(100 * figures.wholeSpace.kernelShare)} %`,
    `${number(http.wholeSpaceAgain, 2)} s`,
  ]);
  heading('exhaustive search of it, s', ['Durable Object', 'library', 'plain loop', 'object to loop']);
  table.push([
    '  15,625 cells',
    number(exhaustive.durableObject, 2),
    number(exhaustive.library, 2),
    number(exhaustive.plainLoop, 2),
    (exhaustive.durableObject / exhaustive.plainLoop).toFixed(1),
  ]);
  heading('a word nobody has listed, ms', ['encoder starts', 'first sight', 'later', '']);
  table.push([
    '  over HTTP',
    number(words.encoderStarts),
    number(words.firstSight, 1),
    number(words.laterSight, 1),
    '',
  ]);
  heading('memory added in Node, MB', ['kernel', 'ort-int8', 'text encoder', '']);
  table.push([
    '  scoring the space, words',
    ...[memory.kernel, memory['ort-int8'], memory.encoder].map((megabytes) => number(megabytes, 1)),
    '',
  ]);
  heading('growth of the kernel, log-log slope', ['batch', 'nodes + edges', 'edges, 64 nodes', '']);
  const { batch, nodes, edges } = growth.slopes;
  table.push(['  1 is in proportion', batch.toFixed(2), nodes.toFixed(2), edges.toFixed(2), '']);
  heading('int8 multiply-adds, 10^9/s', ['kernel', 'dot product', 'share', '']);
  table.push([
    '  in Node',
    number(limit.kernel / 1e9, 1),
    number(limit.dotProduct / 1e9, 1),
    `${number((100 * limit.kernel) / limit.dotProduct)} %`,
    '',
  ]);
  const { processor, cores, memoryGB, node: version } = figures.machine;
  console.log(table.toString());
  console.log(`${processor}, ${cores} cores, ${memoryGB} GB, Node ${version}; medians of ${rounds} rounds`);
}

if (flags.json) console.log(JSON.stringify(figures, undefined, 1));
else printTable();
process.exit();
