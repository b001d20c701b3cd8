import { expect, test } from 'vitest';
import { embedResponse, problem, scoreResponse } from '../../src/api/schemas.ts';
import { post } from './served.ts';

const graphOf = (op: string) => ({
  nodes: [{ id: 'a', op }],
  edges: [
    ['in', 'a'],
    ['a', 'out'],
  ],
});

const scored = (...ops: readonly string[]): Promise<Response> =>
  post('/v1/score', { format: 'dag', architectures: ops.map(graphOf), include: ['operators'] });

test('an answer tells how each operator was understood', async () => {
  const { results } = scoreResponse.parse(await (await scored('nn.MaxPool2d(3)')).json());
  expect(results[0]?.operators).toMatchObject([
    { given: 'nn.MaxPool2d(3)', understood: 'max pooling 3 by 3', source: 'table' },
  ]);
  expect(results[0]?.operators?.[0]?.nearest[0]).toEqual({ op: 'max pooling 3 by 3', cosine: 1 });
});

// The encoder behind these tests never answers.
test('without the encoder known operators are scored, unknown ones get a 503 that says when to try again', async () => {
  expect((await scored('3x3 convolution, batch norm, ReLU')).status).toBe(200);
  const answer = await scored('an unheard-of operator');
  expect(answer.status).toBe(503);
  expect(answer.headers.get('Retry-After')).toBe('10');
  expect(answer.headers.get('Content-Type')).toBe('application/problem+json');
  expect(problem.parse(await answer.json()).code).toBe('operators-encoder-unavailable');
});

test('words of unknown operators on a dead end trouble no encoder', async () => {
  const graph = { nodes: [{ id: 'a', op: 'an unheard-of operator' }], edges: [['in', 'out']] };
  const answer = await post('/v1/score', { format: 'dag', architectures: [graph], include: ['operators'] });
  expect(answer.status).toBe(200);
});

test('known operators are embedded without the encoder', async () => {
  const answer = await post('/v1/operators/embed', { operators: ['gelu', 'conv3x3-bn-relu'] });
  const { operators } = embedResponse.parse(await answer.json());
  expect(operators.map(({ understood }) => understood)).toEqual(['GELU activation', 'convolution 3 by 3']);
  for (const { embedding } of operators) expect(Math.hypot(...embedding)).toBeCloseTo(1, 2);
});

test.each([[[]], [new Array<string>(257).fill('gelu')], [['x'.repeat(257)]]])(
  'operators beyond the limits are refused',
  async (operators) => {
    expect((await post('/v1/operators/embed', { operators })).status).toBe(422);
  },
);
