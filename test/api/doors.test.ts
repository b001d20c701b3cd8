import { afterEach, expect, test, vi } from 'vitest';
import { mintKey, newAccountId } from '../../src/accounts/api-key.ts';
import { byEdges, CELL, call, KEY, SECRETS, serve } from './served.ts';

afterEach(() => vi.restoreAllMocks());

test('without a key the answer is 401, and says what was expected', async () => {
  const answer = await serve().request('/v1/models', {}, SECRETS);
  expect(answer.status).toBe(401);
  expect(answer.headers.get('WWW-Authenticate')).toBe('Bearer realm="tgnas"');
  expect(await answer.json()).toMatchObject({ code: 'key-missing' });
});

const mistyped = (at: number): string => KEY.slice(0, at) + (KEY[at] === 'a' ? 'b' : 'a') + KEY.slice(at + 1);

test.each([
  ['with a wrong digit in its secret', mistyped(50)],
  ['with a wrong digit in its account', mistyped(7)],
  ['with a wrong digit in its checksum', mistyped(KEY.length - 1)],
  ['cut off', KEY.slice(0, -1)],
  ['with a digit too many', `${KEY}0`],
  ['of another shape', 'tgk_local_0123456789abcdef'],
])('a key %s is mistyped, and is told so without asking its account', async (_, key) => {
  const app = serve(byEdges, () => {
    throw new Error('the account was asked');
  });
  const answer = await app.request('/v1/models', { headers: { Authorization: `Bearer ${key}` } }, SECRETS);
  expect(answer.status).toBe(401);
  expect(await answer.json()).toMatchObject({ code: 'key-malformed' });
});

test('a key of another server is no key of ours, and costs its account no question', async () => {
  const app = serve(byEdges, () => {
    throw new Error('the account was asked');
  });
  const { text } = mintKey(newAccountId(), 'the pepper of another server');
  const answer = await app.request('/v1/models', { headers: { Authorization: `Bearer ${text}` } }, SECRETS);
  expect(answer.status).toBe(401);
  expect(await answer.json()).toMatchObject({ code: 'key-unknown' });
});

test('a wrong key is not repeated in the answer', async () => {
  const answer = await call('/v1/models', { headers: { Authorization: 'Bearer secret-typo' } });
  expect(await answer.text()).not.toContain('secret-typo');
});

test.each([
  [{}],
  [{ KEY_PEPPER: 'pepper' }],
  [{ ADMIN_TOKEN: 'token' }],
  [{ KEY_PEPPER: '', ADMIN_TOKEN: 'token' }],
])('a server with the secrets %o serves nobody under /v1', async (secrets) => {
  for (const headers of [{}, { Authorization: 'Bearer ' }, { Authorization: `Bearer ${KEY}` }]) {
    const answer = await serve().request('/v1/models', { headers }, secrets);
    expect(answer.status).toBe(503);
    expect(await answer.json()).toMatchObject({ code: 'secrets-not-configured' });
  }
});

test('an unauthorised caller cannot make the server read a body', async () => {
  const init = { method: 'POST', body: 'x', headers: { 'Content-Type': 'text/plain' } };
  expect((await serve().request('/v1/score', init, SECRETS)).status).toBe(401);
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
    ...byEdges,
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
    SECRETS,
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
