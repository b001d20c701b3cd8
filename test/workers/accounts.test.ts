import { runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { env, exports } from 'cloudflare:workers';
import { afterEach, expect, test, vi } from 'vitest';
import { mintKey, newAccountId } from '../../src/accounts/api-key.ts';
import { problem } from '../../src/api/schemas.ts';
import { usageResponse } from '../../src/api/usage.ts';
import { administer, newAccount, newKey } from './customer.ts';

afterEach(() => vi.restoreAllMocks());

const CELL = '|nor_conv_3x3~0|+|none~0|skip_connect~1|+|none~0|skip_connect~1|nor_conv_3x3~2|';

const call = (key: string, path: string, init: RequestInit = {}): Promise<Response> =>
  exports.default.fetch(`https://tgnas.example${path}`, {
    ...init,
    headers: { Authorization: `Bearer ${key}`, 'Content-Type': 'application/json', ...init.headers },
  });

const score = (key: string, units = 1, headers: Record<string, string> = {}): Promise<Response> =>
  call(key, '/v1/score', {
    method: 'POST',
    headers,
    body: JSON.stringify({ format: 'nas-bench-201', architectures: Array(units).fill(CELL) }),
  });

const units = async (key: string): Promise<number> =>
  usageResponse.parse(await (await call(key, '/v1/usage')).json()).total.units;

const codeOf = async (answer: Response): Promise<string> => problem.parse(await answer.json()).code;

const objectOf = (account: string) => env.ACCOUNTS.get(env.ACCOUNTS.idFromName(account));

/** Everything that an account's object stores, as text. */
const stored = (account: string): Promise<string> =>
  runInDurableObject(objectOf(account), (_, { storage: { sql } }) => {
    const tables = sql
      .exec<{ name: string }>("SELECT name FROM sqlite_master WHERE type = 'table'")
      .toArray();
    return tables
      .filter(({ name }) => !name.startsWith('_cf'))
      .map(({ name }) => JSON.stringify(sql.exec(`SELECT * FROM "${name}"`).toArray()))
      .join('\n');
  });

test('an account is made, used, renamed and looked up', async () => {
  const account = await newAccount();
  const key = await newKey(account);
  expect((await score(key, 3)).status).toBe(200);
  expect(await units(key)).toBe(3);
  const changed = await administer(`/accounts/${account}`, { name: 'renamed', plan: 'hundred' }, 'PATCH');
  expect(await changed.json()).toMatchObject({ id: account, name: 'renamed', plan: 'hundred' });
  expect((await score(key, 98)).status).toBe(429);
  expect(await (await administer(`/accounts/${account}`)).json()).toMatchObject({
    name: 'renamed',
    unexported: 0,
  });
  const { accounts } = await (await administer('/accounts?limit=100')).json<{ accounts: { id: string }[] }>();
  expect(accounts.map(({ id }) => id)).toContain(account);
});

test('a revoked key is refused from the next call on', async () => {
  const account = await newAccount();
  const key = await newKey(account);
  expect((await score(key)).status).toBe(200);
  const id = key.split('_')[2];
  expect((await administer(`/accounts/${account}/keys/${id}`, undefined, 'DELETE')).status).toBe(204);
  const answer = await score(key);
  expect(answer.status).toBe(401);
  expect(await codeOf(answer)).toBe('key-revoked');
});

test('a rotated key passes its terms on', async () => {
  const account = await newAccount();
  const old = await newKey(account, { scopes: ['score'], expires: '2100-01-01T00:00:00Z' });
  const answer = await administer(`/accounts/${account}/keys/${old.split('_')[2]}/rotate`, {});
  expect(answer.status).toBe(201);
  const { key, ...terms } = await answer.json<{ key: string }>();
  expect(terms).toMatchObject({ scopes: ['score'], expires: '2100-01-01T00:00:00.000Z' });
  expect((await score(key)).status).toBe(200);
  expect((await score(old)).status).toBe(401);
});

test('an expired key is refused', async () => {
  const key = await newKey(await newAccount(), { expires: '2020-01-01T00:00:00Z' });
  expect(await codeOf(await score(key))).toBe('key-expired');
});

test.each([
  ['an account that nobody made', () => newAccountId()],
  ['what is no account id', () => 'all'],
])('to administration, %s is 404', async (_, id) => {
  for (const path of [`/accounts/${id()}`, `/accounts/${id()}/keys`, `/accounts/${id()}/audit`]) {
    expect((await administer(path)).status).toBe(404);
  }
  const wanted = { name: 'k', scopes: ['read'] };
  expect((await administer(`/accounts/${id()}/keys`, wanted)).status).toBe(404);
});

test('a true key of an account that nobody made is unknown, and asking leaves nothing behind', async () => {
  const account = newAccountId();
  const { text } = mintKey(account, env.KEY_PEPPER ?? '');
  expect(await codeOf(await score(text))).toBe('key-unknown');
  expect(await stored(account)).toBe('');
});

test('administration opens to the admin token alone', async () => {
  const key = await newKey(await newAccount());
  for (const token of [key, 'token-of-the-test', 'token-of-the-tests1', '']) {
    const answer = await call(token, '/v1/admin/accounts');
    expect(answer.status).toBe(401);
  }
});

test('a plan that there is not is refused by name', async () => {
  const answer = await administer('/accounts', { name: 'a', plan: 'gold' });
  expect(answer.status).toBe(422);
  expect(problem.parse(await answer.json())).toMatchObject({
    code: 'plan-unknown',
    pointer: '/plan',
    detail: expect.stringContaining('hundred'),
  });
});

test('of 200 calls at once for 100 units, exactly 100 succeed', async () => {
  const key = await newKey(await newAccount('hundred'));
  const answers = await Promise.all(Array.from({ length: 200 }, () => score(key)));
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(100);
  expect(answers.filter(({ status }) => status === 429)).toHaveLength(100);
  await Promise.all(answers.map((answer) => answer.body?.cancel()));
  expect(await units(key)).toBe(100);
});

test('a replay has the same bytes and costs nothing, after its account has started anew, too', async () => {
  const account = await newAccount();
  const key = await newKey(account);
  const once = { 'Idempotency-Key': 'once' };
  const first = await (await score(key, 2, once)).text();
  await runInDurableObject(objectOf(account), (_, state) => state.abort('killed')).catch(() => undefined);
  const replay = await score(key, 2, once);
  expect(replay.headers.get('Idempotency-Replayed')).toBe('true');
  expect(await replay.text()).toBe(first);
  expect(await units(key)).toBe(2);
});

test('one account sees nothing of another', async () => {
  const [one, other] = [await newKey(await newAccount()), await newKey(await newAccount())];
  const once = { 'Idempotency-Key': 'shared' };
  await score(one, 2, once);
  const answer = await score(other, 3, once);
  expect(answer.status).toBe(200);
  expect(await units(one)).toBe(2);
  expect(await units(other)).toBe(3);
});

test('no key is stored, logged or repeated in clear, and neither is the admin token', async () => {
  const logs = (['log', 'info', 'warn', 'error', 'debug'] as const).map((level) =>
    vi.spyOn(console, level).mockReturnValue(),
  );
  const account = await newAccount('hundred');
  const key = await newKey(account);
  const answers = [
    await score(key, 1, { 'Idempotency-Key': 'once' }),
    await score(key, 1_000),
    await score(`${key.slice(0, -1)}g`),
    await call(key, '/v1/nowhere'),
    await call(key, '/v1/admin/accounts'),
    await administer(`/accounts/${account}/keys`),
    await administer(`/accounts/${account}/audit`),
  ];
  const texts = await Promise.all(answers.map((answer) => answer.text()));
  const headers = answers.map((answer) => JSON.stringify([...answer.headers]));
  const logged = logs.map(({ mock }) => JSON.stringify(mock.calls));
  const secret = key.slice(-64, -24);
  for (const text of [...texts, ...headers, ...logged, await stored(account)]) {
    expect(text).not.toContain(secret);
    expect(text).not.toContain(env.ADMIN_TOKEN);
  }
});

test('the alarm rings when something is to be forgotten, and usage stays', async () => {
  const account = await newAccount();
  const key = await newKey(account);
  await score(key, 2);
  const object = objectOf(account);
  await runInDurableObject(object, (_, { storage: { sql } }) => sql.exec('UPDATE charges SET expires = 0'));
  expect(await runDurableObjectAlarm(object)).toBe(true);
  const charges = await runInDurableObject(object, (_, { storage: { sql } }) =>
    sql.exec('SELECT id FROM charges').toArray(),
  );
  expect(charges).toEqual([]);
  expect(await units(key)).toBe(2);
  expect(await runDurableObjectAlarm(object)).toBe(false);
});
