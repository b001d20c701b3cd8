/**
 * @file What searches of NAS-Bench-201 find, at equal evaluations: the mean test accuracy of the cells found, over
 * seeds, by algorithm. The scorer sees no accuracy; the benchmark's table is looked into once a search has ended.
 */
import type { Scorer } from '../../src/predictor/scorer.ts';
import type { Score } from '../../src/search/evaluation.ts';
import { best, type Found, isFound } from '../../src/search/result.ts';
import { runSearch, type ScoreCandidates } from '../../src/search/run.ts';
import { type SearchState, startSearch } from '../../src/search/search.ts';
import { SEARCH_SETTINGS, type SearchSettingsInput } from '../../src/search/settings.ts';
import { subjectOf } from '../../src/search/subject.ts';
import { keyOf } from '../../src/spaces/candidate.ts';
import { spaceOf } from '../../src/spaces/registry.ts';
import type { BenchmarkTable } from '../data/benchmark-table.ts';
import { meanOf } from './measure.ts';

export const DATASETS = ['cifar10', 'cifar100', 'imagenet16'] as const;
export type Dataset = (typeof DATASETS)[number];

type Accuracies = Readonly<Record<Dataset, number>>;

/** One line of the table. */
export interface SearchRow {
  readonly name: string;
  /** Searches that the means are over. */
  readonly runs: number;
  /** Test accuracy in percent of the cells found, and its standard deviation over the seeds (n - 1). */
  readonly mean: Accuracies;
  readonly deviation: Accuracies;
  /** Evaluations that a search used, on average. */
  readonly evaluations: number;
  /** Cells found that the table lacks, and for which an isomorphic one stands in. */
  readonly isomorphic: number;
  /** Searches whose best cell the table knows nothing of, and for which the next best stands in. */
  readonly nextBest: number;
}

export interface SearchTableOptions {
  readonly seeds: number;
  readonly evaluations: number;
  /** Told before each search. */
  readonly onSearch?: (name: string, done: number, total: number) => void;
}

interface Contestant {
  readonly name: string;
  readonly settings: Omit<SearchSettingsInput, 'evaluations' | 'seed'>;
  /** Every network of the space, whatever the budget of the others. */
  readonly whole?: boolean;
  /** No random numbers take part: one run stands for all seeds. */
  readonly once?: boolean;
}

const CONTESTANTS: readonly Contestant[] = [
  { name: 'hybrid', settings: { algorithm: 'hybrid' } },
  {
    name: 'hybrid, parallel supernet',
    settings: { algorithm: 'hybrid', options: { supernet: 'parallel' } },
  },
  { name: 'pruning', settings: { algorithm: 'pruning' } },
  {
    name: 'pruning, parallel supernet',
    settings: { algorithm: 'pruning', options: { supernet: 'parallel' } },
    once: true,
  },
  { name: 'evolution', settings: { algorithm: 'evolution' } },
  { name: 'regularized evolution', settings: { algorithm: 'regularized-evolution' } },
  { name: 'random', settings: { algorithm: 'random' } },
  { name: 'exhaustive, in order', settings: { algorithm: 'exhaustive' }, once: true },
  { name: 'exhaustive, whole space', settings: { algorithm: 'exhaustive' }, whole: true, once: true },
];

/** A cell's row in the table: its own, or that of a cell that computes the same. */
type Look = (text: string, key: string) => { readonly row: number; readonly own: boolean } | undefined;

function lookInto({ texts, graphs }: BenchmarkTable): Look {
  const byText = new Map(texts.map((text, row) => [text, row]));
  const byKey = new Map<string, number>();
  graphs.forEach((graph, row) => {
    const key = keyOf(graph);
    if (!byKey.has(key)) byKey.set(key, row);
  });
  return (text, key) => {
    const own = byText.get(text);
    if (own !== undefined) return { row: own, own: true };
    const other = byKey.get(key);
    return other === undefined ? undefined : { row: other, own: false };
  };
}

/** Scores every network once, however many searches meet it. */
function remembering(scorer: Pick<Scorer, 'score'>): ScoreCandidates {
  const known = new Map<string, Score>();
  return async (candidates) => {
    const fresh = candidates.filter(({ key }) => !known.has(key));
    const predictions = await scorer.score(fresh.map(subjectOf));
    fresh.forEach(({ key }, i) => {
      const score = predictions[i]?.score;
      if (score !== undefined) known.set(key, { score });
    });
    return candidates.flatMap(({ key }) => known.get(key) ?? []);
  };
}

/** The cells that a search has scored, the best first. */
const foundIn = ({ evaluations }: SearchState): Found[] =>
  evaluations.filter(isFound).sort((a, b) => b.score - a.score);

const accuracies = (of: (dataset: Dataset) => number): Accuracies => ({
  cifar10: of('cifar10'),
  cifar100: of('cifar100'),
  imagenet16: of('imagenet16'),
});

function deviationOf(values: readonly number[]): number {
  if (values.length < 2) return 0;
  const mean = meanOf(values);
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1));
}

/**
 * Runs every algorithm from every seed.
 *
 * @param scorer of a model that has seen no accuracy of the space
 * @param table NAS-Bench-201 with the columns {@link DATASETS}
 */
export async function searchTable(
  scorer: Pick<Scorer, 'score'>,
  table: BenchmarkTable,
  { seeds, evaluations, onSearch }: SearchTableOptions,
): Promise<SearchRow[]> {
  const space = spaceOf('nas-bench-201');
  const score = remembering(scorer);
  const look = lookInto(table);
  const total = CONTESTANTS.reduce((sum, { once }) => sum + (once ? 1 : seeds), 0);
  let done = 0;
  const rows: SearchRow[] = [];
  for (const { name, settings, whole, once } of CONTESTANTS) {
    const rowsFound: number[] = [];
    const used: number[] = [];
    let [isomorphic, nextBest] = [0, 0];
    const runs = once ? 1 : seeds;
    for (let seed = 1; seed <= runs; seed++) {
      onSearch?.(name, done, total);
      const budget = whole ? Number(space.distinct ?? 0) : evaluations;
      const start = startSearch(space, SEARCH_SETTINGS.parse({ ...settings, evaluations: budget, seed }));
      const end = await runSearch(space, start, score);
      const top = best(end);
      used.push(end.evaluations.length);
      // One cell in ten is not in the table: where the best is such a one, the next best stands for it.
      const places = foundIn(end).flatMap((found) => {
        const place = look(space.print(found.genome), found.key);
        return place === undefined ? [] : [{ ...place, first: found.key === top?.key }];
      });
      const [place] = places;
      if (place === undefined) continue;
      rowsFound.push(place.row);
      if (!place.first) nextBest += 1;
      else if (!place.own) isomorphic += 1;
      done += 1;
    }
    const column = (dataset: Dataset): number[] =>
      rowsFound.map((row) => table.columns[dataset]?.[row] ?? Number.NaN);
    rows.push({
      name,
      runs,
      mean: accuracies((dataset) => meanOf(column(dataset))),
      deviation: accuracies((dataset) => deviationOf(column(dataset))),
      evaluations: meanOf(used),
      isomorphic,
      nextBest,
    });
  }
  return rows;
}

/** The best accuracies that the table has: what no search can beat. */
export function optimumOf({ columns }: BenchmarkTable): Accuracies {
  return accuracies((dataset) =>
    [...(columns[dataset] ?? [])].reduce(
      (most, value) => (Number.isNaN(value) ? most : Math.max(most, value)),
      0,
    ),
  );
}

/** The table in Markdown. */
export function searchMarkdown(rows: readonly SearchRow[], optimum: Accuracies): string {
  const percent = ({ mean, deviation, runs }: SearchRow, dataset: Dataset): string => {
    // A search whose cells the table lacks, all of them.
    if (Number.isNaN(mean[dataset])) return 'not in the table';
    return `${mean[dataset].toFixed(2)}${runs > 1 ? ` ± ${deviation[dataset].toFixed(2)}` : ''}`;
  };
  return [
    '| search | CIFAR-10 | CIFAR-100 | ImageNet16-120 | evaluations | seeds | isomorphic stand-ins | next best |',
    '| --- | --- | --- | --- | --- | --- | --- | --- |',
    ...rows.map((row) => {
      const figures = DATASETS.map((dataset) => percent(row, dataset));
      const counts = [row.evaluations.toFixed(0), row.runs, row.isomorphic, row.nextBest];
      return `| ${[row.name, ...figures, ...counts].join(' | ')} |`;
    }),
    `| best of the table | ${DATASETS.map((dataset) => optimum[dataset].toFixed(2)).join(' | ')} | | | | |`,
    '',
  ].join('\n');
}
