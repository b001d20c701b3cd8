/**
 * @file Which heads should vote, asked of a space that is not the one reported: TransNAS-Bench-101 micro, by the P2
 * networks that left it out.
 */
import type { Votes } from '../../src/predictor/scoring-rule.ts';
import type { BenchmarkTable } from '../data/benchmark-table.ts';
import { jobs, LABEL_FREE_VOTES, SEARCH_VOTES } from '../train/plan.ts';
import { meanOf } from './measure.ts';
import { openNetwork, readingOf, scoresOf } from './protocols.ts';
import { spearman, topIndices } from './rank-metrics.ts';

/** A set of votes and what it ranks, as means over the networks. */
export interface VoteRow {
  readonly votes: Votes;
  readonly spearman: number;
  /** Mean accuracy of the ten architectures ranked first, in the table's unit. */
  readonly firstTen: number;
}

const PROXY_SETS = [0, 1, 2, 3, 4, 5, 6, 7].map((bits) =>
  ['nwot', 'synflow', 'jacov'].filter((_, i) => bits & (1 << i)),
);

/** Every set of proxies beside the accuracy head, which weighs one, two or four times as much as each. */
const CANDIDATES: readonly Votes[] = PROXY_SETS.flatMap((proxies) =>
  (proxies.length === 0 ? [1] : [1, 2, 4]).map((accuracy) => ({
    accuracy,
    ...Object.fromEntries(proxies.map((proxy) => [proxy, 1])),
  })),
);

/** Judges every candidate on the table of TransNAS-Bench-101 micro, scene classification. */
export async function voteTable(
  table: BenchmarkTable,
  vectorOf: (op: string) => Int8Array,
  onNetwork: (id: string) => void,
): Promise<VoteRow[]> {
  const truth = table.columns.accuracy ?? new Float64Array();
  const rows = [...truth.keys()].filter((row) => !Number.isNaN(truth[row]));
  const known = Float64Array.from(rows, (row) => truth[row] ?? 0);
  const found = CANDIDATES.map((votes) => ({ votes, spearman: [] as number[], firstTen: [] as number[] }));
  for (const job of jobs().filter(({ id }) => id.startsWith('p2-transnas-micro.'))) {
    onNetwork(job.id);
    const reading = await readingOf(job, openNetwork(job), table, rows, vectorOf);
    for (const candidate of found) {
      const { score } = scoresOf(reading, candidate.votes, 'accuracy');
      candidate.spearman.push(spearman(score, known));
      candidate.firstTen.push(meanOf(topIndices(score, 10).map((i) => known[i] ?? 0)));
    }
  }
  return found.map(({ votes, ...figures }) => ({
    votes,
    spearman: meanOf(figures.spearman),
    firstTen: meanOf(figures.firstTen),
  }));
}

const text = (votes: Votes): string =>
  Object.entries(votes)
    .map(([head, weight]) => `${head} ${weight}`)
    .join(', ');

/** The table in Markdown, the best first ten on top. */
export function voteMarkdown(rows: readonly VoteRow[]): string {
  const used = new Map([
    [text(LABEL_FREE_VOTES), 'ranks'],
    [text(SEARCH_VOTES), 'searches'],
  ]);
  return [
    '## Which heads should vote: TransNAS-Bench-101 micro, left out',
    '',
    'By `npm run evaluate -- --votes`: the three P2 networks that saw no accuracy of it, on scene classification.',
    '',
    '| votes | Spearman | mean accuracy of the first ten | used under P2 on NAS-Bench-201 for |',
    '|---|---|---|---|',
    ...[...rows]
      .sort((a, b) => b.firstTen - a.firstTen)
      .map(
        ({ votes, spearman: rank, firstTen }) =>
          `| ${text(votes)} | ${rank.toFixed(3)} | ${firstTen.toFixed(2)} | ${used.get(text(votes)) ?? ''} |`,
      ),
    '',
  ].join('\n');
}
