import { expect, test, vi } from 'vitest';
import type { Plan } from '../../src/accounts/plans.ts';
import type { AccountDoor } from '../../src/api/access.ts';
import { scoreResponse } from '../../src/api/schemas.ts';
import { usageResponse } from '../../src/api/usage.ts';
import type { Scorer } from '../../src/predictor/scorer.ts';
import { doorTo, localAccount, UNLIMITED } from '../accounts/local-account.ts';
import { byEdges, CELL, SECRETS, serve } from './served.ts';

/** A customer of the API, with an account of its own. */
function customer({
  plan,
  scorer,
  door,
}: {
  plan?: Plan;
  scorer?: Scorer;
  door?: (to: AccountDoor) => AccountDoor;
} = {}) {
  const ours = localAccount(plan);
  const key = ours.key();
  const reach = doorTo(ours.account);
  const app = serve(scorer, () => door?.(reach) ?? reach);
  const call = async (path: string, init: RequestInit = {}, text = key.text): Promise<Response> =>
    app.request(path, { ...init, headers: { Authorization: `Bearer ${text}`, ...init.headers } }, SECRETS);
  const post = (body: object, headers: Record<string, string> = {}, text = key.text) =>
    call(
      '/v1/score',
      {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', ...headers },
        body: JSON.stringify(body),
      },
      text,
    );
  const score = (
    architectures: readonly string[],
    headers: Record<string, string> = {},
    include: string[] = [],
  ) => post({ format: 'nas-bench-201', architectures, include }, headers);
  const charged = async (): Promise<number> =>
    usageResponse.parse(await (await call('/v1/usage')).json()).total.units;
  return { account: ours.account, newKey: ours.key, key, call, post, score, charged };
}

const code = async (answer: Response): Promise<unknown> => ((await answer.json()) as { code: unknown }).code;

const once = { 'Idempotency-Key': 'once' };

test('an answer says what it cost and what is left', async () => {
  const { score } = customer({ plan: { ...UNLIMITED, unitsPerMonth: 100, requestsPerSecond: 5, burst: 20 } });
  const answer = await score([CELL, CELL, CELL]);
  expect(scoreResponse.parse(await answer.json()).usage).toEqual({ units: 3, remaining: 97 });
  expect(answer.headers.get('X-Usage-Units')).toBe('3');
  expect(answer.headers.get('RateLimit-Policy')).toBe('"requests";q=20;w=4, "units";q=100');
  expect(answer.headers.get('RateLimit')).toMatch(/^"requests";r=19;t=0, "units";r=97;t=\d+$/);
});

test('a call that scores nothing costs nothing', async () => {
  const { call, score, charged } = customer();
  expect((await call('/v1/spaces')).headers.get('X-Usage-Units')).toBe('0');
  expect((await score([CELL, 'not a cell'])).status).toBe(422);
  expect(await charged()).toBe(0);
});

test('the same call with the same idempotency key is answered with the same bytes, and charged once', async () => {
  const { score, charged } = customer({ plan: { ...UNLIMITED, unitsPerMonth: 100 } });
  const first = await score([CELL, CELL], once);
  await score([CELL]);
  const second = await score([CELL, CELL], once);
  expect(await second.text()).toBe(await first.text());
  expect(first.headers.get('Idempotency-Replayed')).toBeNull();
  expect(second.headers.get('Idempotency-Replayed')).toBe('true');
  expect(first.headers.get('X-Usage-Units')).toBe('2');
  expect(second.headers.get('X-Usage-Units')).toBe('0');
  expect(await charged()).toBe(3);
});

test('another call with the same idempotency key is a conflict', async () => {
  const { score, charged } = customer();
  await score([CELL], once);
  for (const answer of [await score([CELL, CELL], once), await score([CELL], once, ['cost'])]) {
    expect(answer.status).toBe(409);
    expect(await code(answer)).toBe('idempotency-key-reused');
  }
  expect(await charged()).toBe(1);
});

test('a failed call does not use its idempotency key up', async () => {
  const { score } = customer();
  expect((await score(['not a cell'], once)).status).toBe(422);
  expect((await score([CELL], once)).status).toBe(200);
});

test('of two calls at once with one idempotency key, the second is told to come back for the answer', async () => {
  const { score, charged } = customer();
  const answers = await Promise.all([score([CELL], once), score([CELL], once)]);
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
  const refused = answers.find(({ status }) => status === 409);
  expect(refused?.headers.get('Retry-After')).toBe('1');
  expect((await score([CELL], once)).headers.get('Idempotency-Replayed')).toBe('true');
  expect(await charged()).toBe(1);
});

test.each([['a b'], ['k'.repeat(256)]])('%j is no idempotency key', async (key) => {
  const { score } = customer();
  const answer = await score([CELL], { 'Idempotency-Key': key });
  expect(answer.status).toBe(422);
  expect(await code(answer)).toBe('idempotency-key-invalid');
});

test('a hundred units suffice for a hundred of two hundred calls at once', async () => {
  const { score, charged } = customer({ plan: { ...UNLIMITED, unitsPerMonth: 100 } });
  const answers = await Promise.all(Array.from({ length: 200 }, () => score([CELL])));
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(100);
  const [refused, ...others] = answers.filter(({ status }) => status === 429);
  expect(others).toHaveLength(99);
  expect(Number(refused?.headers.get('Retry-After'))).toBeGreaterThan(0);
  expect(refused && (await code(refused))).toBe('quota-exceeded');
  expect(await charged()).toBe(100);
});

test('a charge whose confirmation was lost is asked about again, and made once', async () => {
  let lost = 0;
  const { score, charged } = customer({
    door: (to) => ({
      ...to,
      async commit(...asked) {
        const settled = await to.commit(...asked);
        lost += 1;
        if (lost === 1) throw new Error('the connection was lost');
        return settled;
      },
    }),
  });
  const answer = await score([CELL, CELL]);
  expect(answer.status).toBe(200);
  expect(answer.headers.get('X-Usage-Units')).toBe('2');
  expect(lost).toBe(2);
  expect(await charged()).toBe(2);
});

test('an account that does not answer is 503: nothing is scored unmetered', async () => {
  const log = vi.spyOn(console, 'error').mockReturnValue();
  const down = async () => {
    throw new Error('overloaded');
  };
  const { score, key } = customer({ door: (to) => ({ ...to, begin: down, admit: down }) });
  const answer = await score([CELL]);
  expect(answer.status).toBe(503);
  expect(answer.headers.get('Retry-After')).toBe('1');
  expect(JSON.stringify(log.mock.calls)).not.toContain(key.text);
  log.mockRestore();
});

test('a failure of ours costs nothing', async () => {
  const log = vi.spyOn(console, 'error').mockReturnValue();
  const broken = { ...byEdges, score: () => Promise.reject(new Error('the model fell over')) };
  const { score, charged } = customer({ plan: { ...UNLIMITED, unitsPerMonth: 1 }, scorer: broken });
  for (let tries = 0; tries < 3; tries++) expect((await score([CELL])).status).toBe(500);
  expect(await charged()).toBe(0);
  log.mockRestore();
});

test('a key without the scope is told which one is needed', async () => {
  const { newKey, post, call } = customer();
  const reader = newKey(['read']).text;
  const answer = await post({ format: 'nas-bench-201', architectures: [CELL] }, {}, reader);
  expect(answer.status).toBe(403);
  expect(await answer.json()).toMatchObject({
    code: 'scope-insufficient',
    detail: 'expected a key with the scope score, got one with read',
  });
  const scorer = newKey(['score']).text;
  expect((await call('/v1/usage', {}, scorer)).status).toBe(403);
});

test('whoever is not admitted is not told what is wrong with the request either', async () => {
  const { account, newKey, post, call } = customer();
  const { id, text } = newKey();
  expect((await post({ format: 'none' }, {}, text)).status).toBe(422);
  account.revokeKey(id, 'test');
  for (const answer of [await post({ format: 'none' }, {}, text), await call('/v1/nowhere', {}, text)]) {
    expect(answer.status).toBe(401);
    expect(await code(answer)).toBe('key-revoked');
  }
});

test('requests beyond the rate are refused, and told when to come back', async () => {
  const { call, score, charged } = customer({ plan: { ...UNLIMITED, requestsPerSecond: 0.001, burst: 2 } });
  expect((await score([CELL])).status).toBe(200);
  expect((await call('/v1/spaces')).status).toBe(200);
  const answer = await score([CELL]);
  expect(answer.status).toBe(429);
  expect(answer.headers.get('Retry-After')).toBe('1000');
  expect(await code(answer)).toBe('rate-limited');
  await expect(charged()).rejects.toThrow();
});

test('the answer to the largest batch, with all that may be included, can be kept', async () => {
  const { post } = customer();
  const chain = {
    nodes: Array.from({ length: 10 }, (_, i) => ({ id: `n${i}`, op: 'MBConv 3x3, expansion 6' })),
    edges: [['in', 'n0'], ...Array.from({ length: 9 }, (_, i) => [`n${i}`, `n${i + 1}`]), ['n9', 'out']],
  };
  const body = {
    format: 'dag',
    architectures: Array.from({ length: 1_024 }, () => chain),
    include: ['heads', 'cost', 'graph', 'operators'],
  };
  const first = await post(body, once);
  expect(first.status).toBe(200);
  const second = await post(body, once);
  expect(second.headers.get('Idempotency-Replayed')).toBe('true');
  const [a, b] = [await first.text(), await second.text()];
  expect(a.length).toBeGreaterThan(1e6);
  expect(a === b).toBe(true);
});

test('usage is read as JSON and as CSV', async () => {
  const { call, score, key } = customer();
  await score([CELL, CELL]);
  await score([CELL]);
  const report = usageResponse.parse(await (await call('/v1/usage?group=key')).json());
  expect(report.rows).toEqual([{ group: key.id, units: 3, requests: 2 }]);
  expect(report.total).toEqual({ units: 3, requests: 2 });
  const csv = await call('/v1/usage?group=kind&format=csv');
  expect(csv.headers.get('Content-Type')).toMatch(/^text\/csv/);
  expect(await csv.text()).toBe('kind,units,requests\nscore,3,2\n');
  expect((await call('/v1/usage?from=2026-02-30')).status).toBe(422);
  const before = usageResponse.parse(await (await call('/v1/usage?from=2020-01-01&to=2020-12-31')).json());
  expect(before.rows).toEqual([]);
});

test('an account sees its own usage alone', async () => {
  const [one, other] = [customer(), customer()];
  await one.score([CELL]);
  expect(await one.charged()).toBe(1);
  expect(await other.charged()).toBe(0);
});
