/**
 * From the heads' logits to one score: each head that votes is turned into its percentile in the space, and the
 * score is their weighted geometric mean.
 */
import { Distribution, QUANTILES } from './distribution.ts';

/** Weight of each voting head; others are shown but do not vote. */
export type Votes = Readonly<Record<string, number>>;

export interface ScoringRule {
  readonly votes: Votes;
  /** Of every head's logit over the space's reference architectures, in the order of the model's heads. */
  readonly heads: readonly Distribution[];
  /** Of the score itself. */
  readonly scores: Distribution;
}

function geometricMean(names: readonly string[], votes: Votes, percentiles: readonly number[]): number {
  let sum = 0;
  let weights = 0;
  names.forEach((name, head) => {
    const weight = votes[name] ?? 0;
    if (weight === 0) return;
    sum += weight * Math.log(percentiles[head] ?? 0.5);
    weights += weight;
  });
  if (weights === 0) throw new RangeError('no head of the model has a vote');
  return Math.exp(sum / weights);
}

export interface Judgement {
  /** In (0, 1), higher is better. */
  readonly score: number;
  /** Share of the space's reference architectures that score lower, 0..100. */
  readonly percentile: number;
  /** Every head's percentile in the space, (0, 1), in the order of the heads. */
  readonly heads: readonly number[];
}

/** Judges one architecture by its row of logits. */
export function judge(rule: ScoringRule, names: readonly string[], logits: ArrayLike<number>): Judgement {
  const heads = rule.heads.map((distribution, head) => distribution.percentile(logits[head] ?? 0));
  const score = geometricMean(names, rule.votes, heads);
  return { score, percentile: 100 * rule.scores.percentile(score), heads };
}

/** The rule of a space, from the logits [architectures, heads] of a reference sample of it. */
export function fitRule(names: readonly string[], votes: Votes, logits: Float32Array): ScoringRule {
  const rows = logits.length / names.length;
  const row = (i: number): Float32Array => logits.subarray(i * names.length, (i + 1) * names.length);
  const heads = names.map((_, head) =>
    Distribution.of(Float64Array.from({ length: rows }, (_, i) => row(i)[head] ?? 0)),
  );
  const scores = Float64Array.from({ length: rows }, (_, i) =>
    geometricMean(
      names,
      votes,
      heads.map((distribution, head) => distribution.percentile(row(i)[head] ?? 0)),
    ),
  );
  return { votes, heads, scores: Distribution.of(scores) };
}

/** A rule's distributions as float32 [heads + 1, 129]: the heads' in order, then the score's. */
export function packRule(rule: ScoringRule): Float32Array<ArrayBuffer> {
  const all = [...rule.heads, rule.scores];
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
  return { votes, heads: Array.from({ length: heads }, (_, head) => at(head)), scores: at(heads) };
}
