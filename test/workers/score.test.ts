import { exports } from 'cloudflare:workers';
import { expect, test } from 'vitest';
import { scoreResponse } from '../../src/api/schemas.ts';
import { readSubject } from '../../src/predictor/score-batch.ts';
import { newCustomer } from './customer.ts';

const CELL = '|nor_conv_3x3~0|+|none~0|skip_connect~1|+|none~0|skip_connect~1|nor_conv_3x3~2|';
const OTHER =
  '|nor_conv_3x3~0|+|nor_conv_3x3~0|nor_conv_3x3~1|+|skip_connect~0|nor_conv_3x3~1|nor_conv_3x3~2|';

const KEY = await newCustomer();

const request = (architectures: readonly string[], key = KEY): Request =>
  new Request('https://tgnas.example/v1/score', {
    method: 'POST',
    headers: { Authorization: `Bearer ${key}`, 'Content-Type': 'application/json' },
    body: JSON.stringify({ format: 'nas-bench-201', architectures, include: ['heads', 'cost', 'graph'] }),
  });

test('the Worker scores an architecture', async () => {
  const answer = await exports.default.fetch(request([CELL]));
  expect(answer.status).toBe(200);
  const { results } = scoreResponse.parse(await answer.json());
  expect(results[0]?.score).toBeGreaterThan(0);
  expect(results[0]?.score).toBeLessThan(1);
});

test('the same request twice is answered with the same bytes', async () => {
  const answers = [
    await exports.default.fetch(request([CELL])),
    await exports.default.fetch(request([CELL])),
  ];
  const [a, b] = await Promise.all(answers.map((answer) => answer.text()));
  expect(a).toBe(b);
});

test('a batch of 1,024 gives each architecture the score that it gets alone', async () => {
  const batch = Array.from({ length: 1_024 }, (_, i) => (i % 2 === 0 ? CELL : OTHER));
  const { results } = scoreResponse.parse(await (await exports.default.fetch(request(batch))).json());
  for (const [i, cell] of [CELL, OTHER].entries()) {
    const alone = scoreResponse.parse(await (await exports.default.fetch(request([cell]))).json());
    const scores = new Set(results.flatMap(({ index, score }) => (index % 2 === i ? [score] : [])));
    expect([...scores]).toEqual([alone.results[0]?.score]);
  }
});

test('the Scorer entrypoint answers what the API answers', async () => {
  const [prediction] = await exports.Scorer.score([readSubject('nas-bench-201', CELL)]);
  const { results } = scoreResponse.parse(await (await exports.default.fetch(request([CELL]))).json());
  expect(prediction?.score).toBe(results[0]?.score);
  expect(prediction?.heads).toEqual(results[0]?.heads);
});

test('a wrong key is refused', async () => {
  const answer = await exports.default.fetch(request([CELL], 'tgk_local_guess'));
  expect(answer.status).toBe(401);
});

test('a body over the limit is refused', async () => {
  const answer = await exports.default.fetch(request([' '.repeat(1_000_001)]));
  expect(answer.status).toBe(413);
});
