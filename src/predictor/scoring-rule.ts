/**
 * From the heads' logits, and the network's costs where they have a say, to one score: each voter is turned into
 * its percentile in the space, and the percentiles are averaged.
 */
import type { Size } from '../graph/cost.ts';
import { Distribution, QUANTILES } from './distribution.ts';

/** Costs that may vote beside the heads: on spaces unlike all that were learned from, size ranks better than a guess. */
export const COST_VOTERS = ['params', 'flops', 'depth'] as const satisfies readonly (keyof Size)[];

/** Weight of each voter, a head or a cost; others do not vote. */
export type Votes = Readonly<Record<string, number>>;

export interface ScoringRule {
  readonly votes: Votes;
  /** Of every head's logit over the space's reference architectures, in the order of the model's heads. */
  readonly heads: readonly Distribution[];
  /** Of the logarithms of {@link COST_VOTERS}, in that order. */
  readonly costs: readonly Distribution[];
  /** Of the score itself. */
  readonly scores: Distribution;
}

/** Numbers of a packed rule: of a model with so many heads. */
export const packedSize = (heads: number): number => (heads + COST_VOTERS.length + 1) * QUANTILES;

/** Whether costs have a vote, so that they must be counted. */
export const votesByCost = (votes: Votes): boolean => COST_VOTERS.some((name) => (votes[name] ?? 0) > 0);

const logarithms = (size: Size): number[] => COST_VOTERS.map((name) => Math.log2(1 + size[name]));

interface Vote {
  readonly percentile: number;
  readonly weight: number;
}

/**
 * The weighted geometric mean: any voter can turn an architecture down, none can tell good from best. Letting the
 * accuracy head, or all voters, weigh what lies near 1 as well found no better networks on TransNAS-Bench-101 micro,
 * NAS-Bench-Macro and the NDS spaces, each left out of training.
 */
function average(votes: readonly Vote[]): number {
  const [only, ...others] = votes;
  if (only === undefined) throw new RangeError('no head of the model has a vote');
  if (others.length === 0) return only.percentile;
  let [sum, weights] = [0, 0];
  for (const { percentile, weight } of votes) {
    sum += weight * Math.log(percentile);
    weights += weight;
  }
  return Math.exp(sum / weights);
}

/** Percentiles of those among `names` that vote. */
const votesAmong = (
  names: readonly string[],
  votes: Votes,
  distributions: readonly Distribution[],
  values: ArrayLike<number>,
): Vote[] =>
  names.flatMap((name, i) => {
    const weight = votes[name] ?? 0;
    return weight === 0 ? [] : [{ percentile: distributions[i]?.percentile(values[i] ?? 0) ?? 0.5, weight }];
  });

function scoreOf(
  names: readonly string[],
  votes: Votes,
  heads: readonly Distribution[],
  costs: readonly Distribution[],
  logits: ArrayLike<number>,
  size: Size | undefined,
): number {
  const all = votesAmong(names, votes, heads, logits);
  if (size !== undefined && votesByCost(votes)) {
    all.push(...votesAmong(COST_VOTERS, votes, costs, logarithms(size)));
  }
  return average(all);
}

export interface Judgement {
  /** In (0, 1), higher is better. */
  readonly score: number;
  /** Share of the space's reference architectures that score lower, 0..100. */
  readonly percentile: number;
}

/**
 * Judges one architecture.
 *
 * @param names of the heads
 * @param logits of the heads, in the same order
 * @param size of the canonical graph's network, where the rule {@link votesByCost} and it is known; costs have no
 *   vote without it
 */
export function judge(
  { votes, heads, costs, scores }: ScoringRule,
  names: readonly string[],
  logits: ArrayLike<number>,
  size?: Size,
): Judgement {
  const score = scoreOf(names, votes, heads, costs, logits, size);
  return { score, percentile: 100 * scores.percentile(score) };
}

/**
 * The rule of a space, from a reference sample of it.
 *
 * @param logits [architectures, heads]
 * @param sizes of the canonical graphs' networks [architectures]
 */
export function fitRule(
  names: readonly string[],
  votes: Votes,
  logits: Float32Array,
  sizes: readonly Size[],
): ScoringRule {
  const row = (i: number): Float32Array => logits.subarray(i * names.length, (i + 1) * names.length);
  const logs = sizes.map(logarithms);
  const heads = names.map((_, head) => Distribution.of(logs.map((_, i) => row(i)[head] ?? 0)));
  const costs = COST_VOTERS.map((_, i) => Distribution.of(logs.map((values) => values[i] ?? 0)));
  const scores = sizes.map((size, i) => scoreOf(names, votes, heads, costs, row(i), size));
  return { votes, heads, costs, scores: Distribution.of(scores) };
}

/** A rule's distributions as float32 [heads + 3 + 1, 129]: the heads', the costs', then the score's. */
export function packRule(rule: ScoringRule): Float32Array<ArrayBuffer> {
  const all = [...rule.heads, ...rule.costs, rule.scores];
  const packed = new Float32Array(all.length * QUANTILES);
  all.forEach((distribution, i) => {
    packed.set(distribution.toQuantiles(), i * QUANTILES);
  });
  return packed;
}

/** Inverse of {@link packRule}. */
export function unpackRule(votes: Votes, heads: number, packed: Float32Array): ScoringRule {
  const at = (i: number): Distribution =>
    new Distribution(packed.subarray(i * QUANTILES, (i + 1) * QUANTILES));
  const run = (from: number, count: number): Distribution[] =>
    Array.from({ length: count }, (_, i) => at(from + i));
  return {
    votes,
    heads: run(0, heads),
    costs: run(heads, COST_VOTERS.length),
    scores: at(heads + COST_VOTERS.length),
  };
}
