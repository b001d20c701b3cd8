/** @file Judges the committed int8 networks, protocol by protocol. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Size } from '../../src/graph/cost.ts';
import { encode } from '../../src/predictor/encode.ts';
import { OnnxGcn } from '../../src/predictor/gcn.ts';
import { openOnnx } from '../../src/predictor/onnx-node.ts';
import { fitRule, judge, type Votes } from '../../src/predictor/scoring-rule.ts';
import type { BenchmarkTable, Family } from '../data/benchmark-table.ts';
import { MODELS } from '../folders.ts';
import { DATASET_HEADS } from '../train/heads.ts';
import {
  FOREIGN_VOTES,
  headsOf,
  type Job,
  jobs,
  LABEL_FREE_VOTES,
  LABELLED_VOTES,
  TRANSFER_VOTES,
} from '../train/plan.ts';
import { heldOut, type Protocol, type Target, withoutTwin } from '../train/protocol.ts';
import { baselinesOf } from './baselines.ts';
import { type Quality, qualityOf, type Spread, spreadOf } from './measure.ts';

/** One space's figures under one protocol. */
export interface SpaceReport {
  readonly protocol: Protocol;
  /** What training left out; undefined under P3. */
  readonly target?: Target;
  readonly space: string;
  /** Column of the table that is the truth. */
  readonly truth: string;
  readonly votes: Votes;
  readonly score: Spread;
  /** The accuracy head by itself. */
  readonly accuracyHead: Spread;
  /** P3: on the held-out rows that have no isomorphic twin in training. */
  readonly withoutTwin?: Spread;
  readonly baselines: Readonly<Record<string, Quality>>;
  /** First seed's score and the truth by row, for plots. */
  readonly pairs: readonly (readonly [score: number, truth: number])[];
}

/** The columns that hold a truth: accuracies of trained networks. */
export function truthsOf(table: BenchmarkTable): string[] {
  if (table.columns.accuracy !== undefined) return ['accuracy'];
  return DATASET_HEADS.filter((name) => table.columns[name] !== undefined);
}

/** Who votes on a space's networks: see plan.ts. The shipped model's votes are those of publish.ts. */
export function votesOf(protocol: Protocol, target: Target | undefined, family: Family): Votes {
  if (protocol === 'P3') return family === 'darts' ? FOREIGN_VOTES : LABELLED_VOTES;
  // A family that lent its labels is judged by its accuracy head: only P1's own NAS-Bench-101 is such a one.
  if (family !== target?.family) return LABELLED_VOTES;
  if (family === 'macro' || family === 'darts') return FOREIGN_VOTES;
  return protocol === 'P1' ? TRANSFER_VOTES : LABEL_FREE_VOTES;
}

export const openNetwork = ({ id, protocol }: Job): OnnxGcn =>
  new OnnxGcn(
    openOnnx(readFileSync(join(MODELS, 'protocols', `${id}.int8.onnx`))),
    headsOf({ protocol }).length,
  );

interface SeedScores {
  readonly score: Float64Array;
  readonly accuracy: Float64Array;
}

/** What one network makes of a table's rows, before anybody votes. */
export interface Reading {
  readonly heads: readonly string[];
  /** [rows, heads] */
  readonly logits: Float32Array;
  readonly sizes: readonly Size[];
}

export async function readingOf(
  job: Job,
  network: OnnxGcn,
  table: BenchmarkTable,
  rows: readonly number[],
  vectorOf: (op: string) => Int8Array,
): Promise<Reading> {
  const graphs = rows.flatMap((row) => table.graphs[row] ?? []);
  return {
    heads: headsOf(job),
    logits: await network.logits(graphs.map((graph) => encode(graph, vectorOf))),
    sizes: rows.flatMap((row) => table.costs[row] ?? []),
  };
}

/** Scores the rows as the service would: percentiles against the space itself, no label in sight. */
export function scoresOf({ heads, logits, sizes }: Reading, votes: Votes, accuracyHead: string): SeedScores {
  const rule = fitRule(heads, votes, logits, sizes);
  const at = heads.indexOf(accuracyHead);
  const judged = sizes.map((size, i) =>
    judge(rule, heads, logits.subarray(i * heads.length, (i + 1) * heads.length), size),
  );
  return {
    score: Float64Array.from(judged, ({ score }) => score),
    accuracy: Float64Array.from(judged, (_, i) => logits[i * heads.length + at] ?? Number.NaN),
  };
}

/** Spaces on which a protocol's networks are judged. */
function judged({ protocol, target }: Job, tables: ReadonlyMap<string, BenchmarkTable>): BenchmarkTable[] {
  return [...tables.values()].filter((table) => {
    if (truthsOf(table).length === 0) return false;
    if (target === undefined) return true;
    if (protocol === 'P1') return table.family === target.family || table.space === 'nas-bench-101';
    // DARTS's proxies are NAS-Bench-301's, its trained accuracies those of the NDS spaces.
    return target.family === 'darts' ? table.family === 'darts' : target.spaces.includes(table.space);
  });
}

/**
 * Every report of a protocol, over all its seeds.
 *
 * @param onNetwork told before each network, for progress
 */
export async function judgeProtocol(
  protocol: Protocol,
  tables: ReadonlyMap<string, BenchmarkTable>,
  vectorOf: (op: string) => Int8Array,
  onNetwork: (id: string) => void,
): Promise<SpaceReport[]> {
  const reports: SpaceReport[] = [];
  const targets = [
    ...new Set(
      jobs()
        .filter((job) => job.protocol === protocol)
        .map(({ target }) => target),
    ),
  ];
  for (const target of targets) {
    const seeds = jobs().filter((job) => job.protocol === protocol && job.target === target);
    const [first] = seeds;
    if (first === undefined) continue;
    const networks = seeds.map((job) => ({ job, network: openNetwork(job) }));
    for (const table of judged(first, tables)) {
      onNetwork(`${protocol} on ${table.space}`);
      const out = heldOut(table);
      // Rows that training saw are never judged on.
      const seen = protocol === 'P3' || table.family !== target?.family;
      const labelled = truthsOf(table);
      const rows = [...table.graphs.keys()].filter(
        (row) =>
          (!seen || out(row)) &&
          labelled.some((name) => !Number.isNaN(table.columns[name]?.[row] ?? Number.NaN)),
      );
      if (rows.length < 10) continue;
      const readings: Reading[] = [];
      for (const { job, network } of networks) {
        readings.push(await readingOf(job, network, table, rows, vectorOf));
      }
      for (const truth of labelled) {
        const column = Float64Array.from(rows, (row) => table.columns[truth]?.[row] ?? Number.NaN);
        const own = protocol === 'P3' && truth !== 'accuracy';
        // A head of the dataset's own votes alone where its labels were seen.
        const head = own ? truth : 'accuracy';
        const votes = own ? { [truth]: 1 } : votesOf(protocol, target, table.family);
        const runs = readings.map((reading) => scoresOf(reading, votes, head));
        const qualities = (pick: (run: SeedScores) => Float64Array): Quality[] =>
          runs.flatMap((run) => qualityOf(pick(run), column) ?? []);
        const baselines = [...baselinesOf(table)].flatMap(([name, values]): [string, Quality][] => {
          const quality = qualityOf(
            Float64Array.from(rows, (row) => values[row] ?? Number.NaN),
            column,
          );
          return quality === undefined ? [] : [[name, quality]];
        });
        const alone = protocol === 'P3' ? withoutTwin(table) : undefined;
        const lonely = rows.map((row) => alone?.(row) ?? false);
        const only = (values: Float64Array): Float64Array => values.filter((_, i) => lonely[i]);
        const strict = runs.flatMap((run) => qualityOf(only(run.score), only(column)) ?? []);
        reports.push({
          protocol,
          ...(target === undefined ? {} : { target }),
          space: table.space,
          truth,
          votes,
          score: spreadOf(qualities(({ score }) => score)),
          accuracyHead: spreadOf(qualities(({ accuracy }) => accuracy)),
          ...(strict.length === 0 ? {} : { withoutTwin: spreadOf(strict) }),
          baselines: Object.fromEntries(baselines),
          pairs: rows.map((_, i) => [runs[0]?.score[i] ?? 0, column[i] ?? Number.NaN]),
        });
      }
    }
  }
  return reports;
}
