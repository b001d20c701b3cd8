import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Distribution } from '../../src/predictor/distribution.ts';
import { fitRule, judge, packedSize, packRule, unpackRule } from '../../src/predictor/scoring-rule.ts';

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
  const sizes = Array.from({ length: 500 }, (_, i) => ({
    params: 1e3 * (i + 1),
    flops: 1e6 / (i + 1),
    depth: i % 9,
  }));
  const rule = fitRule(names, { accuracy: 2, nwot: 1 }, logits, sizes);
  const bySize = fitRule(names, { accuracy: 1, nwot: 1, params: 1 }, logits, sizes);
  const logit = fc.double({ min: -6, max: 6, noNaN: true });

  it('gives all voters that agree what they agree on', () => {
    fc.assert(
      fc.property(logit, (value) => {
        const agreed = fitRule(
          ['accuracy', 'nwot'],
          { accuracy: 2, nwot: 1 },
          logits.map((_, i) => logits[i >> 1] ?? 0),
          sizes,
        );
        const { score } = judge(agreed, ['accuracy', 'nwot'], [value, value]);
        const [accuracy, nwot] = agreed.heads.map((head) => head.percentile(value));
        expect(accuracy).toBe(nwot);
        expect(Math.abs(score - (accuracy ?? 0))).toBeLessThan(1e-9);
      }),
    );
  });

  it('is the geometric mean of its voters', () => {
    const proxies = fitRule(names, { nwot: 2, latency: 1 }, logits, sizes);
    const { score } = judge(proxies, names, [0.3, -1, 4]);
    const [, nwot = 0, latency = 0] = [0.3, -1, 4].map((value, i) => proxies.heads[i]?.percentile(value));
    expect(score).toBeCloseTo((nwot * nwot * latency) ** (1 / 3), 12);
  });

  it('is a lone voter’s percentile to the bit', () => {
    const alone = fitRule(names, { accuracy: 1 }, logits, sizes);
    expect(judge(alone, names, [0.3, -1, 4]).score).toBe(alone.heads[0]?.percentile(0.3));
  });

  it('never falls when a voter’s percentile rises, and stays inside (0, 1)', () => {
    fc.assert(
      fc.property(logit, logit, logit, fc.double({ min: 0, max: 9, noNaN: true }), (a, n, l, more) => {
        const { score } = judge(rule, names, [a, n, l]);
        expect(score).toBeGreaterThan(0);
        for (const better of [
          [a + more, n, l],
          [a, n + more, l],
        ]) {
          const risen = judge(rule, names, better).score;
          expect(risen).toBeGreaterThanOrEqual(score);
          expect(risen).toBeLessThan(1);
        }
      }),
    );
  });

  it('lets any voter turn an architecture down', () => {
    expect(judge(rule, names, [5.2, -5.2, 0]).score).toBeLessThan(0.2);
    expect(judge(rule, names, [-5.2, 5.2, 0]).score).toBeLessThan(0.2);
  });

  it('lets a head without a vote change nothing, nor a size', () => {
    const { score } = judge(rule, names, [0.3, -1, 4]);
    expect(judge(rule, names, [0.3, -1, -4]).score).toBe(score);
    expect(judge(rule, names, [0.3, -1, 4], { params: 1, flops: 1, depth: 1 }).score).toBe(score);
  });

  it('counts costs where they vote and are known', () => {
    const of = (params: number): number =>
      judge(bySize, names, [0.3, -1, 4], { params, flops: 1, depth: 1 }).score;
    expect(of(4e5)).toBeGreaterThan(of(1e4));
    const without = fitRule(names, { accuracy: 1, nwot: 1 }, logits, sizes);
    expect(judge(bySize, names, [0.3, -1, 4]).score).toBe(judge(without, names, [0.3, -1, 4]).score);
  });

  it('survives being packed and unpacked to the bit', () => {
    const packed = packRule(bySize);
    expect(packed.length).toBe(packedSize(names.length));
    const again = unpackRule(bySize.votes, names.length, packed);
    const size = { params: 5e4, flops: 2e4, depth: 3 };
    expect(judge(again, names, [0.1, 0.2, 0.3], size)).toEqual(judge(bySize, names, [0.1, 0.2, 0.3], size));
  });

  it('refuses to score when no head votes', () => {
    expect(() => fitRule(names, {}, logits, sizes)).toThrow(RangeError);
  });
});
