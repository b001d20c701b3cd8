/** @file `npm run evaluate`: judges the committed int8 networks and writes the report. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command, Option } from 'commander';
import { readArtefacts } from '../../src/predictor/artefacts-node.ts';
import type { ModelCard } from '../../src/predictor/model-card.ts';
import { operatorTable } from '../../src/predictor/operator-table.ts';
import { loadBenchmarks } from '../data/benchmarks.ts';
import { CACHE, dataFolder, MODELS } from '../folders.ts';
import type { Protocol } from '../train/protocol.ts';
import { vectorsOf } from '../train/tensors.ts';
import { judgeProtocol, type SpaceReport } from './protocols.ts';
import { compact, tableOf, writeReport } from './report.ts';

const ALL: readonly Protocol[] = ['P1', 'P2', 'P3'];

interface Flags {
  readonly data: string;
  readonly protocol?: Protocol;
  readonly json: boolean;
}

const flags = new Command('npm run evaluate --')
  .description(
    'Judges the committed int8 networks, protocol by protocol. All three together write models/REPORT.md.',
  )
  .option('--data <folder>', 'benchmark tables (or NAS_DATA_DIR)', dataFolder())
  .addOption(new Option('--protocol <name>', 'one protocol only; writes no report').choices([...ALL]))
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
  return ['ablation.md', 'search.md'].flatMap((name) => {
    const file = join(CACHE, 'report', name);
    return existsSync(file) ? [readFileSync(file, 'utf8')] : [];
  });
}

const tables = loadBenchmarks(flags.data);
const vectorOf = vectorsOf(operatorTable(readArtefacts()));
const reports: SpaceReport[] = [];
for (const protocol of flags.protocol === undefined ? ALL : [flags.protocol]) {
  reports.push(
    ...(await judgeProtocol(protocol, tables, vectorOf, (what) => {
      if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${what}`);
    })),
  );
}
if (process.stderr.isTTY) process.stderr.write('\r\u001b[K');
console.log(
  flags.json ? JSON.stringify(reports.map(compact), undefined, 1) : reports.map(tableOf).join('\n'),
);
if (flags.protocol === undefined) {
  await writeReport(reports, sections());
  const file = join(MODELS, 'manifest.json');
  const card = JSON.parse(readFileSync(file, 'utf8')) as ModelCard;
  writeFileSync(file, `${JSON.stringify({ ...card, metrics: summary(reports) }, undefined, 1)}\n`);
}
