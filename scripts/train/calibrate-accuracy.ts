/** @file A head's percentile -> the accuracy to expect: a monotone curve, fitted on rows that training saw. */
import type { AccuracyCurve } from '../../src/predictor/model-card.ts';
import { expectedAccuracy } from '../../src/predictor/scorer.ts';

/** Isotonic regression by pooling adjacent violators (Ayer et al. 1955); `y` in the order of ascending x. */
export function isotonic(y: readonly number[]): number[] {
  const blocks: { sum: number; count: number }[] = [];
  for (const value of y) {
    let block = { sum: value, count: 1 };
    for (let last = blocks.at(-1); last !== undefined; last = blocks.at(-1)) {
      if (last.sum / last.count <= block.sum / block.count) break;
      block = { sum: last.sum + block.sum, count: last.count + block.count };
      blocks.pop();
    }
    blocks.push(block);
  }
  return blocks.flatMap(({ sum, count }) => new Array<number>(count).fill(sum / count));
}

export interface Pair {
  readonly percentile: number;
  readonly accuracy: number;
}

const KNOTS = 65;

/** @param head whose percentile the curve reads */
export function fitCurve(head: string, seen: readonly Pair[], heldOut: readonly Pair[]): AccuracyCurve {
  const sorted = [...seen].sort((a, b) => a.percentile - b.percentile);
  const fitted = isotonic(sorted.map(({ accuracy }) => accuracy));
  const places = Array.from({ length: KNOTS }, (_, i) => Math.round((i * (sorted.length - 1)) / (KNOTS - 1)));
  const knots = places.filter(
    (place, i) => i === 0 || sorted[place]?.percentile !== sorted[places[i - 1] ?? 0]?.percentile,
  );
  const rounded = (value: number, digits: number): number => Number(value.toFixed(digits));
  const curve = {
    head,
    percentiles: knots.map((place) => rounded(sorted[place]?.percentile ?? 0, 6)),
    accuracies: knots.map((place) => rounded(fitted[place] ?? 0, 3)),
  };
  const errors = heldOut.map(({ percentile, accuracy }) =>
    Math.abs(expectedAccuracy({ ...curve, heldOutError: 0, heldOutRows: 0 }, percentile) - accuracy),
  );
  return {
    ...curve,
    heldOutError: rounded(errors.reduce((sum, error) => sum + error, 0) / errors.length, 3),
    heldOutRows: heldOut.length,
  };
}
