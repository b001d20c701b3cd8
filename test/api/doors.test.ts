import { afterEach, expect, test, vi } from 'vitest';
import { byParams, CELL, call, KEY, serve } from './served.ts';

afterEach(() => vi.restoreAllMocks());

test('without a key the answer is 401, and says what was expected', async () => {
  const answer = await serve().request('/v1/models', {}, { LOCAL_KEY: KEY });
  expect(answer.status).toBe(401);
  expect(answer.headers.get('WWW-Authenticate')).toBe('Bearer realm="tgnas"');
  expect(await answer.json()).toMatchObject({ code: 'key-missing' });
});

test.each([['tgk_local_0123456789abcdee'], ['tgk_local_'], [`${KEY}0`]])(
  'the key %s is not the key',
  async (key) => {
    const answer = await call('/v1/models', { headers: { Authorization: `Bearer ${key}` } });
    expect(answer.status).toBe(401);
    expect(await answer.json()).toMatchObject({ code: 'key-unknown' });
  },
);

test('a wrong key is not repeated in the answer', async () => {
  const answer = await call('/v1/models', { headers: { Authorization: 'Bearer secret-typo' } });
  expect(await answer.text()).not.toContain('secret-typo');
});

test.each([[undefined], ['']])('a server without a key (%o) serves nobody under /v1', async (LOCAL_KEY) => {
  const bindings = LOCAL_KEY === undefined ? {} : { LOCAL_KEY };
  for (const headers of [{}, { Authorization: 'Bearer ' }, { Authorization: `Bearer ${KEY}` }]) {
    const answer = await serve().request('/v1/models', { headers }, bindings);
    expect(answer.status).toBe(503);
    expect(await answer.json()).toMatchObject({ code: 'keys-not-configured' });
  }
});

test('an unauthorised caller cannot make the server read a body', async () => {
  const init = { method: 'POST', body: 'x', headers: { 'Content-Type': 'text/plain' } };
  expect((await serve().request('/v1/score', init, { LOCAL_KEY: KEY })).status).toBe(401);
});

test('a path that leads nowhere is 404', async () => {
  const answer = await call('/v1/scores');
  expect(answer.status).toBe(404);
  expect(answer.headers.get('Content-Type')).toBe('application/problem+json');
  expect(await answer.json()).toMatchObject({ code: 'route-not-found' });
});

test('a method that a path does not take is 405, with those that it does', async () => {
  const answer = await call('/v1/score', { method: 'DELETE' });
  expect(answer.status).toBe(405);
  expect(answer.headers.get('Allow')).toBe('POST');
  expect(await answer.json()).toMatchObject({ code: 'method-not-allowed' });
});

test('a failure of ours is a bare 500', async () => {
  const log = vi.spyOn(console, 'error').mockReturnValue();
  const app = serve({
    ...byParams,
    score: async () => {
      throw new Error('the model fell over at /secret/path.ts');
    },
  });
  const answer = await app.request(
    '/v1/score',
    {
      method: 'POST',
      body: JSON.stringify({ format: 'nas-bench-201', architectures: [CELL] }),
      headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${KEY}` },
    },
    { LOCAL_KEY: KEY },
  );
  expect(answer.status).toBe(500);
  expect(await answer.json()).toEqual({
    type: 'about:blank',
    title: 'Internal Server Error',
    status: 500,
    code: 'internal',
    detail: 'the request could not be answered; it is our fault',
  });
  expect(log).toHaveBeenCalledOnce();
});
