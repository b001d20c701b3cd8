import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildEncoder, ENCODER_FOLDER } from '../../scripts/minilm/encoder-files.ts';
import { embedResponse, problem } from '../../src/api/schemas.ts';
import { openEncoderIn } from '../../src/predictor/lexicon-node.ts';
import { WranglerDev } from './wrangler-dev.ts';

const STARTING = 120_000;

const graphOf = (op: string) => ({
  format: 'dag',
  architectures: [
    {
      nodes: [{ id: 'a', op }],
      edges: [
        ['in', 'a'],
        ['a', 'out'],
      ],
    },
  ],
});

describe('with the encoder in its Worker', () => {
  let server: WranglerDev;
  let key = '';
  beforeAll(async () => {
    await buildEncoder();
    server = await WranglerDev.start(['wrangler.toml', 'wrangler.encoder.toml']);
    key = await server.newKey();
  }, STARTING);
  afterAll(() => server?.stop());

  test('vectors made in workerd are those made in Node, to the bit', async () => {
    const words = ['retention, 8 heads', 'coordinate attention 7x7', '注意力 3 by 3'];
    const answer = await server.post('/v1/operators/embed', { operators: words }, key);
    expect(answer.status).toBe(200);
    const { operators } = embedResponse.parse(await answer.json());
    const encode = await openEncoderIn(ENCODER_FOLDER);
    for (const [i, word] of words.entries()) {
      expect(operators[i]?.embedding).toEqual([...(await encode(word))]);
    }
  }, 60_000);

  test('a hundred callers may send the same five new words at once', async () => {
    const operators = [1, 2, 3, 4, 5].map((n) => `octave convolution, ratio ${n}`);
    const answers = await Promise.all(
      Array.from({ length: 100 }, () => server.post('/v1/operators/embed', { operators }, key)),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    const texts = new Set(await Promise.all(answers.map((answer) => answer.text())));
    expect(texts.size).toBe(1);
  }, 60_000);
});

describe('without a Worker of the encoder', () => {
  let server: WranglerDev;
  let key = '';
  beforeAll(async () => {
    server = await WranglerDev.start(['wrangler.toml']);
    key = await server.newKey();
  }, STARTING);
  afterAll(() => server?.stop());

  test('known operators are scored', async () => {
    const answer = await server.post('/v1/score', graphOf('conv3x3-bn-relu'), key);
    expect(answer.status).toBe(200);
  });

  test('unknown ones get a 503 that says when to try again', async () => {
    const operators = ['gelu', 'retention, 8 heads'];
    const answer = await server.post('/v1/operators/embed', { operators }, key);
    expect(answer.status).toBe(503);
    expect(Number(answer.headers.get('Retry-After'))).toBeGreaterThan(0);
    expect(problem.parse(await answer.json()).code).toBe('operators-encoder-unavailable');
  });
});
