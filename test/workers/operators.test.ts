import { runInDurableObject } from 'cloudflare:test';
import { env, exports } from 'cloudflare:workers';
import { beforeEach, expect, test } from 'vitest';
import { embedResponse, problem, scoreResponse } from '../../src/api/schemas.ts';
import { OperatorMemory } from '../../src/operators/memory.ts';
import { newCustomer } from './customer.ts';

const ALLOWANCE = { perCall: 8, perDay: 100 };

const KEY = await newCustomer();

const call = (path: string, value: unknown): Promise<Response> =>
  exports.default.fetch(
    new Request(`https://tgnas.example${path}`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${KEY}`, 'Content-Type': 'application/json' },
      body: JSON.stringify(value),
    }),
  );

const embed = async (operators: readonly string[]) =>
  embedResponse.parse(await (await call('/v1/operators/embed', { operators })).json()).operators;

const graphOf = (op: string) => ({
  nodes: [{ id: 'a', op }],
  edges: [
    ['in', 'a'],
    ['a', 'out'],
  ],
});

const scored = (op: string): Promise<Response> =>
  call('/v1/score', { format: 'dag', architectures: [graphOf(op)], include: ['operators'] });

/** Texts that the encoder has encoded so far. */
const encoded = async (): Promise<number> =>
  Number(await (await env.ENCODER.fetch('https://encoder/')).text());

let memories = 0;
/** A memory of its own, so that tests do not share words. */
let memory: DurableObjectStub<OperatorMemory>;
beforeEach(() => {
  memories += 1;
  memory = env.OPERATOR_MEMORY.get(env.OPERATOR_MEMORY.idFromName(`of test ${memories}`));
});

test('an operator that nobody has listed is scored, and the answer tells what it is nearest to', async () => {
  const { results } = scoreResponse.parse(await (await scored('retention, 8 heads')).json());
  expect(results[0]?.score).toBeLessThan(1);
  expect(results[0]?.operators).toMatchObject([
    { given: 'retention, 8 heads', understood: 'retention, 8 heads', source: 'live' },
  ]);
  expect(results[0]?.operators?.[0]?.nearest[0]?.op).toBe('retention layer');
  expect(results[0]?.warnings.filter((warning) => warning.includes('like no operator'))).toEqual([]);
});

test('an operator far from all known ones is scored with a warning', async () => {
  const { results } = scoreResponse.parse(await (await scored('banana bread')).json());
  expect(results[0]?.warnings.join()).toMatch(/"banana bread" is like no operator that the model knows/);
});

test('other spellings of a known operator need no encoder', async () => {
  const before = await encoded();
  const names = ['nor_conv_3x3', 'conv3x3-bn-relu', 'Conv2d(64, 64, kernel_size=3)', 'nn.MaxPool2d(3)'];
  const operators = await embed(names);
  expect(operators.map(({ understood, source }) => [understood, source])).toEqual([
    ['convolution 3 by 3', 'table'],
    ['convolution 3 by 3', 'table'],
    ['convolution 3 by 3', 'table'],
    ['max pooling 3 by 3', 'table'],
  ]);
  expect(await encoded()).toBe(before);
});

test('the second sight of a word costs no encoding, in any isolate', async () => {
  const first = await memory.recall(['selective kernel unit'], 'a', ALLOWANCE);
  const before = await encoded();
  const second = await memory.recall(['selective kernel unit'], 'b', ALLOWANCE);
  expect(second).toEqual(first);
  expect(await encoded()).toBe(before);
});

test('a hundred concurrent calls with the same five new words cost five encodings', async () => {
  const words = [1, 2, 3, 4, 5].map((n) => `octave convolution, ratio ${n}`);
  const before = await encoded();
  const answers = await Promise.all(
    Array.from({ length: 100 }, (_, i) => memory.recall(words, `account ${i}`, ALLOWANCE)),
  );
  expect((await encoded()) - before).toBe(5);
  for (const answer of answers) expect(answer).toEqual(answers[0]);
});

test('an account has so many new words a day, and is told when the next day begins', async () => {
  const allowance = { perCall: 8, perDay: 3 };
  const answer = await memory.recall(['dynamic filter a', 'dynamic filter b'], 'thrifty', allowance);
  expect(answer).toHaveProperty('vectors');
  const refused = await memory.recall(['dynamic filter c', 'dynamic filter d'], 'thrifty', allowance);
  expect(refused).toMatchObject({ refused: 'daily-limit' });
  if (!('refused' in refused)) throw new Error('expected a refusal');
  expect(refused.retryAfter).toBeGreaterThan(0);
  expect(refused.retryAfter).toBeLessThanOrEqual(86_400);
  // Words that are known already, and other accounts, are served all the same.
  expect(await memory.recall(['dynamic filter a'], 'thrifty', allowance)).toHaveProperty('vectors');
  expect(await memory.recall(['dynamic filter c'], 'another', allowance)).toHaveProperty('vectors');
});

test('a call has so many new words', async () => {
  const words = Array.from({ length: 33 }, (_, n) => `involution of order ${n}`);
  const before = await encoded();
  const answer = await call('/v1/operators/embed', { operators: words });
  expect(answer.status).toBe(422);
  expect(problem.parse(await answer.json()).code).toBe('operators-too-many-new-words');
  expect(await encoded()).toBe(before);
});

test('the longest unused words give way when the memory is full', async () => {
  await runInDurableObject(memory, async (_instance, state) => {
    const small = new OperatorMemory(state, { ENCODER: env.ENCODER, OPERATOR_MEMORY_ROWS: 2 });
    for (const words of ['mixer one', 'mixer two', 'mixer three'])
      await small.recall([words], 'a', ALLOWANCE);
    const rows = state.storage.sql.exec('SELECT words FROM vectors ORDER BY rowid').toArray();
    expect(rows).toEqual([{ words: 'mixer two' }, { words: 'mixer three' }]);
  });
});

test('without an encoder, words that were seen before are still known, and new ones cost nothing', async () => {
  await memory.recall(['gated mixer'], 'a', ALLOWANCE);
  await runInDurableObject(memory, async (_instance, state) => {
    const cut = new OperatorMemory(state, { OPERATOR_MEMORY_ROWS: 100 });
    expect(await cut.recall(['gated mixer'], 'a', ALLOWANCE)).toHaveProperty('vectors');
    const spent = () => state.storage.sql.exec('SELECT account, words FROM allowances').toArray();
    const before = spent();
    expect(await cut.recall(['ungated mixer'], 'a', ALLOWANCE)).toMatchObject({
      refused: 'encoder-unavailable',
      retryAfter: 10,
    });
    expect(spent()).toEqual(before);
  });
});

test('names that nothing can be made of are refused by place', async () => {
  const answer = await call('/v1/operators/embed', { operators: ['gelu', '  '] });
  expect(answer.status).toBe(422);
  const { code, pointer } = problem.parse(await answer.json());
  expect([code, pointer]).toEqual(['operator-empty', '/operators/1']);
});
