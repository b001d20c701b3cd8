import { expect, test } from 'vitest';
import { readTokenizer } from '../../scripts/minilm/checkpoint.ts';
import { openEncoder } from '../../scripts/minilm/encoder.ts';
import { buildEncoder, ENCODER_FOLDER } from '../../scripts/minilm/encoder-files.ts';
import { CATALOGUE } from '../../src/operators/catalogue.ts';
import { openTokenizer } from '../../src/operators/encoder.ts';
import { openEncoderIn } from '../../src/predictor/lexicon-node.ts';
import { cosine } from './artefacts.ts';

// Both encoders are built at the first run, which takes some seconds.
const live = buildEncoder().then(() => openEncoderIn(ENCODER_FOLDER));
const built = openEncoder('.cache');

/** Words beyond the catalogue, as callers send them. */
const UNLISTED = [
  'coordinate attention 7x7',
  'retention, 8 heads',
  'octave convolution with ratio 0.5',
  'HiLo attention, 12 heads, window 2',
  'KAN layer with cubic splines on a grid of 5',
  'Rétention à portes, α = ½',
  '注意力 3 by 3',
  `a ${'very '.repeat(48)}long name`,
];

test('vectors made at the edge agree with those made at build time: cosine 0.999 or more', async () => {
  const listed = CATALOGUE.filter((_, row) => row % 6 === 0).map(({ description }) => description);
  const texts = [...listed, ...UNLISTED];
  expect(texts.length).toBeGreaterThanOrEqual(60);
  for (const text of texts) {
    expect(cosine(await (await live)(text), await (await built)(text)), text).toBeGreaterThanOrEqual(0.999);
  }
}, 120_000);

test('the vector of a text has length 1 and the same bits at any time', async () => {
  const encode = await live;
  const first = await encode('coordinate attention 7x7');
  await encode('something else altogether');
  expect(Math.hypot(...first)).toBeCloseTo(1, 6);
  expect(await encode('coordinate attention 7x7')).toEqual(first);
});

// Ids of bert-base-uncased's vocabulary, which MiniLM shares, as Hugging Face's own tokenizer gives them.
test.each([
  ['This is an example sentence', [101, 2023, 2003, 2019, 2742, 6251, 102]],
  ['hello world', [101, 7592, 2088, 102]],
  ['[MASK]', [101, 103, 102]],
  [
    'Hello, y’all! How are you 😁 ?',
    [101, 7592, 1010, 1061, 1521, 2035, 999, 2129, 2024, 2017, 100, 1029, 102],
  ],
  ['unaffable', [101, 14477, 20961, 3468, 102]],
])('%s is tokenized as by the reference', async (text, ids) => {
  expect(openTokenizer(JSON.parse(await readTokenizer()))(text)).toEqual(ids);
});
