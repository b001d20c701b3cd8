import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Distribution, QUANTILES } from '../../src/predictor/distribution.ts';
import { fitRule, judge, packRule, unpackRule } from '../../src/predictor/scoring-rule.ts';

const sample = fc.array(fc.double({ min: -50, max: 50, noNaN: true }), { minLength: 2, maxLength: 300 });

describe('a reference distribution', () => {
  it('never ranks a larger value below a smaller one, and stays inside (0, 1)', () => {
    fc.assert(
      fc.property(
        sample,
        fc.double({ min: -99, max: 99, noNaN: true }),
        fc.double({ min: 0, max: 9, noNaN: true }),
        (values, x, more) => {
          const distribution = Distribution.of(values);
          const low = distribution.percentile(x);
          expect(low).toBeGreaterThan(0);
          expect(distribution.percentile(x + more)).toBeGreaterThanOrEqual(low);
          expect(distribution.percentile(x + more)).toBeLessThan(1);
        },
      ),
    );
  });

  it('tells apart what lies beyond everything it was made of', () => {
    const distribution = Distribution.of(Array.from({ length: 1_000 }, (_, i) => i));
    expect(distribution.percentile(1_010)).toBeGreaterThan(distribution.percentile(1_005));
  });

  it('puts the median of a large sample at one half', () => {
    const distribution = Distribution.of(Array.from({ length: 10_001 }, (_, i) => i));
    expect(distribution.percentile(5_000)).toBeCloseTo(0.5, 3);
  });
});

describe('a scoring rule', () => {
  const names = ['accuracy', 'nwot', 'latency'];
  const logits = Float32Array.from({ length: 3 * 500 }, (_, i) => Math.sin(i * 12.9898) * 5);
  const rule = fitRule(names, { accuracy: 2, nwot: 1 }, logits);

  it('is the weighted geometric mean of the voting heads', () => {
    const { score, heads } = judge(rule, names, [0.3, -1, 4]);
    const [accuracy = 0, nwot = 0] = heads;
    expect(score).toBeCloseTo((accuracy * accuracy * nwot) ** (1 / 3), 12);
  });

  it('lets a head without a vote change nothing', () => {
    expect(judge(rule, names, [0.3, -1, 4]).score).toBe(judge(rule, names, [0.3, -1, -4]).score);
  });

  it('survives being packed and unpacked to the bit', () => {
    const packed = packRule(rule);
    expect(packed.length).toBe((names.length + 1) * QUANTILES);
    const again = unpackRule(rule.votes, names.length, packed);
    expect(judge(again, names, [0.1, 0.2, 0.3])).toEqual(judge(rule, names, [0.1, 0.2, 0.3]));
  });

  it('refuses to score when no head votes', () => {
    expect(() => fitRule(names, {}, logits)).toThrow(RangeError);
  });
});
