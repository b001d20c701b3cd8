import { expect, test } from 'vitest';
import { problem as problemSchema, scoreResponse } from '../../src/api/schemas.ts';
import { CELL, call, post } from './served.ts';

const score = (body: object) => post('/v1/score', { format: 'nas-bench-201', ...body });

/** The answer, which must have the shape that the API promises. */
const scored = async (body: object) => scoreResponse.parse(await (await score(body)).json());
const refused = async (body: object) => problemSchema.parse(await (await score(body)).json());

test('an architecture is answered with a score, its model and the units used', async () => {
  const answer = await score({ architectures: [CELL] });
  expect(answer.status).toBe(200);
  expect(await answer.json()).toEqual({
    model: { id: 'edges', version: '1', sha256: '00' },
    results: [{ index: 0, score: 4 / 8, percentile: 50, warnings: [] }],
    usage: { units: 1 },
  });
});

test('heads, cost and graph come when asked for', async () => {
  const { results } = await scored({ architectures: [CELL], include: ['heads', 'cost', 'graph'] });
  expect(results[0]?.heads).toEqual({ edges: 4 });
  // The benchmark's own columns for this cell.
  expect(results[0]?.cost).toEqual({
    params: 559_386,
    flops: 79_582_912,
    depth: 2,
    operators: { 'convolution 3 by 3': 2, identity: 2, none: 2 },
  });
});

test('the graph shown is the canonical one', async () => {
  const { results } = await scored({ architectures: [CELL], include: ['graph'] });
  expect(results[0]?.graph).toEqual({
    nodes: [
      { id: 'input', op: 'input' },
      { id: '0-1', op: 'convolution 3 by 3' },
      { id: '2-3', op: 'convolution 3 by 3' },
      { id: 'output', op: 'output' },
    ],
    edges: [
      { from: 'input', to: '0-1', count: 1 },
      { from: '0-1', to: '2-3', count: 1 },
      { from: '0-1', to: 'output', count: 1 },
      { from: '2-3', to: 'output', count: 1 },
    ],
  });
});

test('equal requests get equal bytes', async () => {
  const request = { architectures: [CELL, CELL], include: ['heads', 'cost', 'graph'] };
  const [a, b] = await Promise.all([score(request), score(request)]);
  expect(await a.text()).toBe(await b.text());
});

test('1,024 architectures fit one call, in order; 1,025 do not', async () => {
  const { results, usage } = await scored({ architectures: new Array(1_024).fill(CELL) });
  expect(results.map(({ index }) => index)).toEqual([...new Array(1_024).keys()]);
  expect(usage).toEqual({ units: 1_024 });

  const problem = await refused({ architectures: new Array(1_025).fill(CELL) });
  expect(problem).toMatchObject({ status: 422, code: 'request-invalid', pointer: '/architectures' });
});

test('one malformed architecture among 1,024 is named by index, pointer and offset', async () => {
  const architectures = new Array(1_024).fill(CELL);
  architectures[700] = CELL.replace('skip_connect~1', 'skip_connect~7');
  const answer = await score({ architectures });
  expect(answer.status).toBe(422);
  expect(answer.headers.get('Content-Type')).toBe('application/problem+json');
  const problem = problemSchema.parse(await answer.json());
  expect(problem).toMatchObject({
    type: 'about:blank',
    title: 'Unprocessable Content',
    status: 422,
    code: 'nas-bench-201-syntax',
    index: 700,
    pointer: '/architectures/700',
    offset: CELL.indexOf('skip_connect~1') + 'skip_connect'.length,
    errorCount: 1,
  });
  expect(JSON.stringify(problem)).not.toMatch(/\.ts|node_modules| {4}at /);
});

test('all bad architectures of a batch are reported, up to 32, and the rest counted', async () => {
  const architectures = Array.from({ length: 100 }, (_, i) => (i % 2 === 0 ? CELL : `bad ${i}`));
  const problem = await refused({ architectures });
  expect(problem.index).toBe(1);
  expect(problem.errorCount).toBe(50);
  expect(problem.errors?.map(({ index }) => index)).toEqual(Array.from({ length: 32 }, (_, i) => 2 * i + 1));
});

test('a field nobody knows is named', async () => {
  const problem = await refused({ architectures: [CELL], inclde: ['cost'] });
  expect(problem).toMatchObject({
    status: 422,
    code: 'request-invalid',
    detail: 'unknown field "inclde"',
    pointer: '/inclde',
  });
});

test('an unknown format is answered with the known ones', async () => {
  const problem = await refused({ format: 'nas-bench-999', architectures: [CELL] });
  expect(problem).toMatchObject({ status: 422, pointer: '/format' });
  expect(problem.detail).toContain('nas-bench-201');
});

test('an architecture that is neither text nor object is named by index', async () => {
  const problem = await refused({ architectures: [CELL, 7] });
  expect(problem).toMatchObject({ status: 422, index: 1, pointer: '/architectures/1' });
});

test('a body that is not JSON is 400, with the place where it stops being so', async () => {
  const body = `{"format": "nas-bench-201", "architectures": ["${CELL}"}`;
  const answer = await call('/v1/score', {
    method: 'POST',
    body,
    headers: { 'Content-Type': 'application/json' },
  });
  expect(answer.status).toBe(400);
  expect(await answer.json()).toMatchObject({ code: 'json-malformed', offset: body.length - 1 });
});

test('a body that is not UTF-8 is 400', async () => {
  const answer = await call('/v1/score', {
    method: 'POST',
    body: new Uint8Array([0x22, 0xff, 0x22]),
    headers: { 'Content-Type': 'application/json' },
  });
  expect(answer.status).toBe(400);
  expect(await answer.json()).toMatchObject({ code: 'body-not-utf8' });
});

test.each([['text/plain'], ['application/x-www-form-urlencoded'], ['application/jsonp']])(
  'a body declared as %s is 415',
  async (type) => {
    const answer = await call('/v1/score', { method: 'POST', body: '{}', headers: { 'Content-Type': type } });
    expect(answer.status).toBe(415);
    expect(await answer.json()).toMatchObject({ code: 'content-type-unsupported' });
  },
);

test('JSON in UTF-8 may say so', async () => {
  const answer = await call('/v1/score', {
    method: 'POST',
    body: JSON.stringify({ format: 'nas-bench-201', architectures: [CELL] }),
    headers: { 'Content-Type': 'application/json; charset=utf-8' },
  });
  expect(answer.status).toBe(200);
});

test('a body of more than 1 MB is refused while it is read, whatever its Content-Length says', async () => {
  const chunk = new TextEncoder().encode(' '.repeat(100_000));
  let pulled = 0;
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      pulled += 1;
      controller.enqueue(chunk);
    },
  });
  const answer = await call('/v1/score', {
    method: 'POST',
    body,
    duplex: 'half',
    headers: { 'Content-Type': 'application/json', 'Content-Length': '10' },
  });
  expect(answer.status).toBe(413);
  expect(await answer.json()).toMatchObject({ code: 'body-too-large' });
  expect(pulled).toBeLessThan(20);
});
