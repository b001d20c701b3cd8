import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LogitCache } from '../../src/predictor/logit-cache.ts';

const ENTRY = 256;
const logits = (value: number): Float32Array => Float32Array.of(value);

test('what was met lately is remembered, and nothing is mistaken for another', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.string(), fc.boolean()), { maxLength: 200 }), (steps) => {
      const cache = new LogitCache(20 * (ENTRY + 20));
      const written = new Map<string, Float32Array>();
      for (const [key, asks] of steps) {
        if (asks) {
          expect([undefined, written.get(key)]).toContain(cache.get(key));
        } else {
          const value = logits(written.size);
          written.set(key, value);
          cache.set(key, value);
          expect(cache.get(key)).toBe(value);
        }
      }
    }),
  );
});

test('it holds two generations and no more', () => {
  const cache = new LogitCache(10 * (ENTRY + 5));
  const keys = Array.from({ length: 100 }, (_, i) => String(10_000 + i));
  for (const key of keys) cache.set(key, logits(0));
  const held = keys.filter((key) => cache.get(key) !== undefined);
  expect(held.length).toBeGreaterThanOrEqual(10);
  expect(held.length).toBeLessThanOrEqual(20);
});

test('what is asked for again outlives what is not', () => {
  const cache = new LogitCache(10 * (ENTRY + 5));
  cache.set('asked', logits(1));
  cache.set('never', logits(2));
  for (let i = 0; i < 100; i++) {
    expect(cache.get('asked')).toEqual(logits(1));
    cache.set(String(10_000 + i), logits(0));
  }
  expect(cache.get('never')).toBeUndefined();
});

test('a key longer than a generation is let pass', () => {
  const cache = new LogitCache(1_000);
  cache.set('x'.repeat(2_000), logits(1));
  expect(cache.get('x'.repeat(2_000))).toBeUndefined();
});
