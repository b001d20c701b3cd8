import fc from 'fast-check';
import { expect, test } from 'vitest';
import { restoreRandom, seededRandom } from '../../src/spaces/random.ts';

const seeds = fc.integer({ min: 0, max: 2 ** 32 - 1 });

test('a stream restored from its state goes on as if it had not been stopped', () => {
  fc.assert(
    fc.property(seeds, fc.nat(50), (seed, steps) => {
      const stream = seededRandom(seed);
      for (let i = 0; i < steps; i++) stream.unit();
      const restored = restoreRandom(JSON.parse(JSON.stringify(stream.state())));
      const next = (random: typeof stream) => [random.below(1_000), random.unit(), random.below(7)];
      expect(next(restored)).toEqual(next(stream));
    }),
  );
});

test('numbers stay within their bounds', () => {
  fc.assert(
    fc.property(seeds, fc.integer({ min: 1, max: 10_000 }), (seed, limit) => {
      const random = seededRandom(seed);
      const whole = random.below(limit);
      const real = random.unit();
      expect(Number.isInteger(whole) && whole >= 0 && whole < limit).toBe(true);
      expect(real >= 0 && real < 1).toBe(true);
    }),
  );
});

test('neighbouring seeds are different streams, evenly spread from the first number on', () => {
  const buckets = new Array<number>(10).fill(0);
  for (let seed = 0; seed < 10_000; seed++) {
    const bucket = seededRandom(seed).below(10);
    buckets[bucket] = (buckets[bucket] ?? 0) + 1;
  }
  // Chi-squared with 9 degrees of freedom exceeds 27.9 once in a thousand times.
  const deviation = buckets.reduce((sum, count) => sum + (count - 1_000) ** 2 / 1_000, 0);
  expect(deviation).toBeLessThan(27.9);
});
