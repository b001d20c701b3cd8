import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  averageRanks,
  kendallTauB,
  ndcg,
  precisionAt,
  spearman,
  topIndices,
} from '../../scripts/evaluate/rank-metrics.ts';

/** Kendall's tau-b from its definition, pair by pair. */
function tauBByPairs(x: readonly number[], y: readonly number[]): number {
  let [concordant, discordant, onlyX, onlyY] = [0, 0, 0, 0];
  for (let i = 0; i < x.length; i++) {
    for (let j = 0; j < i; j++) {
      const dx = Math.sign((x[i] ?? 0) - (x[j] ?? 0));
      const dy = Math.sign((y[i] ?? 0) - (y[j] ?? 0));
      if (dx === 0 && dy === 0) continue;
      if (dx === 0) onlyX++;
      else if (dy === 0) onlyY++;
      else if (dx === dy) concordant++;
      else discordant++;
    }
  }
  const untied = concordant + discordant;
  const scale = Math.sqrt((untied + onlyX) * (untied + onlyY));
  return scale === 0 ? 0 : (concordant - discordant) / scale;
}

const columns = fc
  .integer({ min: 2, max: 60 })
  .chain((length) =>
    fc.tuple(
      fc.array(fc.integer({ min: 0, max: 9 }), { minLength: length, maxLength: length }),
      fc.array(fc.integer({ min: 0, max: 9 }), { minLength: length, maxLength: length }),
    ),
  );

describe('rank correlation', () => {
  it('gives equal values the mean of the ranks that they cover', () => {
    expect([...averageRanks([10, 20, 20, 5])]).toEqual([2, 3.5, 3.5, 1]);
  });

  it('finds the Spearman of a published example (Wikipedia: IQ against hours of television)', () => {
    const iq = [106, 100, 86, 101, 99, 103, 97, 113, 112, 110];
    const hours = [7, 27, 2, 50, 28, 29, 20, 12, 6, 17];
    expect(spearman(iq, hours)).toBeCloseTo(-29 / 165, 12);
  });

  it('counts tau-b in O(n log n) as the definition counts it pair by pair, ties and all', () => {
    fc.assert(
      fc.property(columns, ([x, y]) => {
        expect(kendallTauB(x, y)).toBeCloseTo(tauBByPairs(x, y), 10);
      }),
    );
  });

  it('does not change when a column is mapped monotonically', () => {
    fc.assert(
      fc.property(columns, ([x, y]) => {
        const mapped = x.map((value) => Math.exp(value / 3));
        expect(spearman(mapped, y)).toBeCloseTo(spearman(x, y), 10);
        expect(kendallTauB(mapped, y)).toBeCloseTo(kendallTauB(x, y), 10);
      }),
    );
  });

  it('refuses columns of different lengths', () => {
    expect(() => spearman([1, 2], [1, 2, 3])).toThrow(RangeError);
  });
});

describe('what a search cares about', () => {
  it('lists the largest first, of equals the earlier row', () => {
    expect(topIndices([1, 5, 5, 3], 3)).toEqual([1, 2, 3]);
  });

  it('counts how many of the true best are among as many predicted best', () => {
    expect(precisionAt(0.5, [4, 3, 2, 1], [4, 1, 3, 2])).toBe(0.5);
  });

  it('gives a perfect ranking an nDCG of one, and every other less', () => {
    const truth = [3, 1, 2, 5];
    expect(ndcg(truth, truth)).toBe(1);
    expect(ndcg([1, 3, 5, 2], truth)).toBeLessThan(1);
  });
});
