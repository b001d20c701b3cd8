import { expect, test } from 'vitest';
import { openEncoder } from '../../scripts/minilm/encoder.ts';
import { halfToFloat } from '../../scripts/minilm/safetensors.ts';
import { cosine, embeddingOf, table } from './artefacts.ts';

// The first run exports the 90 MB encoder into .cache, which takes some seconds.
const encode = openEncoder('.cache');

test('the encoder is all-MiniLM-L6-v2: it gives the reference vector of its model card', async () => {
  const vector = await (await encode)('This is an example sentence');
  expect(vector).toHaveLength(384);
  expect(Math.hypot(...vector)).toBeCloseTo(1, 6);
  const reference = [0.0677, 0.0635, 0.0487, 0.0793];
  reference.forEach((value, i) => {
    expect(Math.abs((vector[i] ?? 0) - value)).toBeLessThan(2e-4);
  });
}, 60_000);

test('the int8 rows of the table keep a cosine of 0.9999 to the encoder', async () => {
  for (const { op } of table.operators.filter((_, row) => row % 10 === 0)) {
    expect(cosine(embeddingOf(op), await (await encode)(op))).toBeGreaterThan(0.9999);
  }
}, 60_000);

test('float16 numbers widen exactly, subnormals and infinities included', () => {
  const bits = [0x3c00, 0xc000, 0x3555, 0x0001, 0x8000, 0x7bff, 0x7c00];
  expect(bits.map(halfToFloat)).toEqual([
    1,
    -2,
    0.333251953125,
    2 ** -24,
    -0,
    65504,
    Number.POSITIVE_INFINITY,
  ]);
  expect(halfToFloat(0x7e00)).toBeNaN();
});
