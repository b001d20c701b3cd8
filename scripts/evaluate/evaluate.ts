/** @file `npm run evaluate`: judges the committed int8 networks and writes the report. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command, Option } from 'commander';
import { readArtefacts } from '../../src/predictor/artefacts-node.ts';
import type { ModelCard } from '../../src/predictor/model-card.ts';
import { operatorTable } from '../../src/predictor/operator-table.ts';
import { loadBenchmarks, loadNasBench201, loadTransNasMicro } from '../data/benchmarks.ts';
import { CACHE, dataFolder, MODELS } from '../folders.ts';
import { jobs } from '../train/plan.ts';
import type { Protocol } from '../train/protocol.ts';
import { vectorsOf } from '../train/tensors.ts';
import { judgeProtocol, type SpaceReport } from './protocols.ts';
import { quantizationCosts } from './quantization.ts';
import { compact, tableOf, writeReport } from './report.ts';
import { searchScorer } from './search-scorer.ts';
import { optimumOf, type SearchRow, searchMarkdown, searchTable } from './search-table.ts';
import { voteMarkdown, voteTable } from './vote-table.ts';

const ALL: readonly Protocol[] = ['P1', 'P2', 'P3'];

interface Flags {
  readonly data: string;
  readonly protocol?: Protocol;
  readonly json: boolean;
  readonly search: boolean;
  readonly votes: boolean;
  readonly seeds: number;
  readonly evaluations: number;
}

const flags = new Command('npm run evaluate --')
  .description(
    'Judges the committed int8 networks, protocol by protocol. All three together write models/REPORT.md.',
  )
  .option('--data <folder>', 'benchmark tables (or NAS_DATA_DIR)', dataFolder())
  .addOption(new Option('--protocol <name>', 'one protocol only; writes no report').choices([...ALL]))
  .option('--search', 'what searches of NAS-Bench-201 find with the P2 networks; kept for the report', false)
  .option(
    '--votes',
    'which heads should vote, by TransNAS-Bench-101 micro left out; kept for the report',
    false,
  )
  .option('--seeds <n>', 'searches of each algorithm', Number, 20)
  .option('--evaluations <n>', 'budget of a search', Number, 1_000)
  .option('--json', 'print the figures as JSON', false)
  .parse()
  .opts<Flags>();

/** Spearman and Kendall by protocol, space and truth: what the model card carries. */
function summary(reports: readonly SpaceReport[]): Record<string, unknown> {
  const figures: Record<string, Record<string, unknown>> = {};
  const short = (value: number): number => Number(value.toFixed(4));
  for (const { protocol, space, truth, score } of reports) {
    const own = figures[protocol] ?? {};
    own[`${space} ${truth}`] = {
      spearman: short(score.mean.spearman),
      kendall: short(score.mean.kendall),
      spearmanDeviation: short(score.deviation.spearman),
      rows: score.mean.rows,
      seeds: score.runs,
    };
    figures[protocol] = own;
  }
  return figures;
}

/** Sections that other commands left for the report. */
function sections(): string[] {
  return ['votes.md', 'ablation.md', 'search.md'].flatMap((name) => {
    const file = join(CACHE, 'report', name);
    return existsSync(file) ? [readFileSync(file, 'utf8')] : [];
  });
}

const progress = (what: string): void => {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${what}`);
};

/** Keeps a section for the report, and prints it. */
function leave(name: string, text: string, figures: unknown): void {
  const folder = join(CACHE, 'report');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, name), text);
  console.log(flags.json ? JSON.stringify(figures, undefined, 1) : text);
}

/** The table of searches, a section for each P2 network. */
async function evaluateSearches(): Promise<void> {
  const benchmark = loadNasBench201(flags.data);
  const operators = operatorTable(readArtefacts());
  const sections: string[] = [];
  const all: Record<string, SearchRow[]> = {};
  for (const job of jobs().filter(({ id }) => id.startsWith('p2-nas-bench-201'))) {
    const { seeds, evaluations } = flags;
    const rows = await searchTable(await searchScorer(job, operators), benchmark, {
      seeds,
      evaluations,
      onSearch: (name, done, total) => progress(`${job.id}: ${name}, ${done} of ${total}`),
    });
    all[job.id] = rows;
    sections.push(`### Network ${job.id}`, '', searchMarkdown(rows, optimumOf(benchmark)), '');
  }
  progress('');
  leave('search.md', ['## What searches find, label-free (P2)', '', ...sections].join('\n'), all);
}

async function evaluateVotes(): Promise<void> {
  const vectorOf = vectorsOf(operatorTable(readArtefacts()));
  const rows = await voteTable(loadTransNasMicro(flags.data), vectorOf, progress);
  progress('');
  leave('votes.md', voteMarkdown(rows), rows);
}

async function evaluateProtocols(): Promise<void> {
  const tables = loadBenchmarks(flags.data);
  const vectorOf = vectorsOf(operatorTable(readArtefacts()));
  const reports: SpaceReport[] = [];
  for (const protocol of flags.protocol === undefined ? ALL : [flags.protocol]) {
    reports.push(...(await judgeProtocol(protocol, tables, vectorOf, progress)));
  }
  progress('');
  console.log(
    flags.json ? JSON.stringify(reports.map(compact), undefined, 1) : reports.map(tableOf).join('\n'),
  );
  if (flags.protocol === undefined) {
    await writeReport(reports, sections());
    const file = join(MODELS, 'manifest.json');
    const table = tables.get('nas-bench-201');
    const measured = table === undefined ? {} : await quantizationCosts(table, vectorOf);
    const card = JSON.parse(readFileSync(file, 'utf8')) as ModelCard;
    // Without checkpoints on this machine the figures of the machine that trained stay.
    const quantization = Object.keys(measured).length > 0 ? measured : card.metrics.quantization;
    writeFileSync(
      file,
      `${JSON.stringify({ ...card, metrics: { ...summary(reports), quantization } }, undefined, 1)}\n`,
    );
  }
}

await (flags.search ? evaluateSearches() : flags.votes ? evaluateVotes() : evaluateProtocols());
