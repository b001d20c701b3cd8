import { expect, test } from 'vitest';
import { Account } from '../../src/accounts/account.ts';
import { mintKey, type PresentedKey } from '../../src/accounts/api-key.ts';
import type { Attempt } from '../../src/accounts/ledger.ts';
import { readPlans } from '../../src/accounts/plans.ts';
import { searchMeter } from '../../src/accounts/search-meter.ts';
import { localAccount, PEPPER, UNLIMITED } from './local-account.ts';
import { sqlite } from './sqlite.ts';

const NOON = Date.UTC(2026, 10, 24, 12);

/** An account whose clock is turned by hand. */
function timed(plan = UNLIMITED) {
  const clock = { now: NOON };
  return { clock, ...localAccount(plan, () => clock.now) };
}

let calls = 0;
function attempt(key: PresentedKey, units: number, idempotencyKey?: string, request = 'r'): Attempt {
  calls += 1;
  const shared = { holder: `call ${calls}`, key: key.id, kind: 'score' as const, units, remembered: 86_400 };
  return idempotencyKey === undefined
    ? { id: `call ${calls}`, ...shared }
    : { id: idempotencyKey, request, ...shared };
}

test('a key opens what its scopes say, until it is revoked or expires', () => {
  const { clock, account, key } = timed();
  const reader = key(['read'], NOON + 1_000);
  expect(account.admit(reader, 'read')).toHaveProperty('standing');
  expect(account.admit(reader, 'score')).toMatchObject({
    refused: 'scope-insufficient',
    detail: 'expected a key with the scope score, got one with read',
  });
  clock.now += 1_000;
  expect(account.admit(reader, 'read')).toMatchObject({ refused: 'key-expired' });
  const scorer = key(['score']);
  account.revokeKey(scorer.id, 'test');
  expect(account.admit(scorer, 'score')).toMatchObject({ refused: 'key-revoked' });
});

test('a key whose id is right and whose secret is not is unknown', () => {
  const { account, key, id } = timed();
  const forged = { ...mintKey(id, PEPPER), id: key().id };
  expect(account.admit(forged, 'read')).toMatchObject({ refused: 'key-unknown' });
  expect(account.admit(mintKey(id, PEPPER), 'read')).toMatchObject({ refused: 'key-unknown' });
});

test('a rotated key works for as long as it overlaps with its successor', () => {
  const { clock, account, key, id } = timed();
  const old = key(['score']);
  const successor = mintKey(id, PEPPER);
  expect(account.rotateKey(old.id, successor, 60, 'test')).toEqual({
    name: 'of the tests',
    scopes: ['score'],
  });
  for (const each of [old, successor]) expect(account.admit(each, 'score')).toHaveProperty('standing');
  clock.now += 60_000;
  expect(account.admit(old, 'score')).toMatchObject({ refused: 'key-expired' });
  expect(account.admit(successor, 'score')).toHaveProperty('standing');
  account.rotateKey(successor.id, mintKey(id, PEPPER), 0, 'test');
  expect(account.admit(successor, 'score')).toMatchObject({ refused: 'key-revoked' });
  expect(account.rotateKey(successor.id, mintKey(id, PEPPER), 0, 'test')).toBeUndefined();
});

test('requests drip in at the rate of the plan, and as many at once as its burst', () => {
  const { clock, account, key } = timed({ ...UNLIMITED, requestsPerSecond: 2, burst: 3 });
  const mine = key();
  const admitted = () => 'standing' in account.admit(mine, 'read');
  expect([admitted(), admitted(), admitted(), admitted()]).toEqual([true, true, true, false]);
  expect(account.admit(mine, 'read')).toMatchObject({ refused: 'rate-limited', retryAfter: 1 });
  clock.now += 499;
  expect(admitted()).toBe(false);
  clock.now += 1;
  expect([admitted(), admitted()]).toEqual([true, false]);
  clock.now += 60_000;
  expect([admitted(), admitted(), admitted(), admitted()]).toEqual([true, true, true, false]);
});

test('a quota is for a calendar month, and held units count as long as they are held', () => {
  const { clock, account, key } = timed({ ...UNLIMITED, unitsPerMonth: 10 });
  const mine = key();
  const first = attempt(mine, 6);
  account.begin(mine, 'score', first);
  expect(account.begin(mine, 'score', attempt(mine, 5))).toMatchObject({
    refused: 'quota-exceeded',
    detail: '5 units are needed, and 4 of 10 are left this month',
    retryAfter: 6 * 86_400 + 12 * 3_600,
  });
  account.release(first);
  const second = attempt(mine, 10);
  expect(account.begin(mine, 'score', second)).toHaveProperty('standing');
  expect(account.commit(second)).toMatchObject({ units: 10, charged: 10, remaining: 0 });
  expect(account.begin(mine, 'score', attempt(mine, 1))).toMatchObject({ refused: 'quota-exceeded' });
  clock.now = Date.UTC(2026, 11, 1);
  expect(account.begin(mine, 'score', attempt(mine, 10))).toHaveProperty('standing');
});

test('units that a dead Worker held come back after a minute', () => {
  const { clock, account, key } = timed({ ...UNLIMITED, unitsPerMonth: 10 });
  const mine = key();
  account.begin(mine, 'score', attempt(mine, 10));
  clock.now += 59_999;
  expect(account.begin(mine, 'score', attempt(mine, 1))).toMatchObject({ refused: 'quota-exceeded' });
  clock.now += 1;
  expect(account.begin(mine, 'score', attempt(mine, 1))).toHaveProperty('standing');
});

test('a plan with overage serves and charges beyond its quota', () => {
  const { account, key } = timed({ ...UNLIMITED, unitsPerMonth: 10, overage: true });
  const mine = key();
  const large = attempt(mine, 25);
  expect(account.begin(mine, 'score', large)).toHaveProperty('standing');
  expect(account.commit(large)).toMatchObject({ charged: 25, remaining: 0 });
});

test('an idempotency key is good for one request and one day', () => {
  const { clock, account, key } = timed();
  const mine = key();
  const first = attempt(mine, 3, 'k');
  account.begin(mine, 'score', first);
  expect(account.begin(mine, 'score', attempt(mine, 3, 'k'))).toMatchObject({
    refused: 'idempotency-key-in-use',
    retryAfter: 1,
  });
  const answer = new Uint8Array([1, 2, 3]);
  account.commit(first, answer);
  expect(account.begin(mine, 'score', attempt(mine, 3, 'k'))).toMatchObject({
    answered: { units: 3, charged: 0, answer },
  });
  expect(account.begin(mine, 'score', attempt(mine, 3, 'k', 'another'))).toMatchObject({
    refused: 'idempotency-key-reused',
  });
  clock.now += 86_400_000;
  expect(account.begin(mine, 'score', attempt(mine, 3, 'k', 'another'))).not.toHaveProperty('answered');
});

test('what is forgotten was remembered for its time, and its usage stays', () => {
  const { clock, account, database, key } = timed();
  const mine = key();
  account.commit(attempt(mine, 3, 'k'), new Uint8Array([1]));
  const stored = () => database.all('SELECT id FROM charges').length;
  clock.now += 86_399_999;
  account.ledger.forget(clock.now);
  expect(stored()).toBe(1);
  clock.now += 1;
  account.ledger.forget(clock.now);
  expect(stored()).toBe(0);
  expect(account.usage({ from: '2026-11-24', to: '2026-11-24' }, 'day')).toMatchObject([{ units: 3 }]);
});

test('usage is told by day, by key and by kind', async () => {
  const { clock, account, key } = timed();
  const [a, b] = [key(), key()];
  account.commit(attempt(a, 3));
  account.commit(attempt(b, 4));
  clock.now += 86_400_000;
  account.commit(attempt(a, 5));
  const meter = searchMeter(() => ({
    reserve: async (asked) => account.reserve(asked),
    commit: async (asked) => account.commit(asked),
  }));
  const step = { id: 's 1', payer: { account: 'x', key: a.id }, units: 32 };
  expect(await meter.reserve(step)).toBeUndefined();
  for (let replay = 0; replay < 3; replay++) expect(await meter.commit(step)).toBeUndefined();

  const november = { from: '2026-11-01', to: '2026-11-30' };
  expect(account.usage(november, 'day')).toEqual([
    { group: '2026-11-24', units: 7, requests: 2 },
    { group: '2026-11-25', units: 37, requests: 2 },
  ]);
  expect(account.usage(november, 'kind')).toEqual([
    { group: 'score', units: 12, requests: 3 },
    { group: 'search', units: 32, requests: 1 },
  ]);
  const byKey = account.usage({ from: '2026-11-24', to: '2026-11-24' }, 'key');
  expect(new Map(byKey.map(({ group, units }) => [group, units]))).toEqual(
    new Map([
      [a.id, 3],
      [b.id, 4],
    ]),
  );
});

test('a search that the quota does not suffice for is told why it ends', async () => {
  const { account, key } = timed({ ...UNLIMITED, unitsPerMonth: 10 });
  const meter = searchMeter(() => ({
    reserve: async (asked) => account.reserve(asked),
    commit: async (asked) => account.commit(asked),
  }));
  const step = { id: 's 1', payer: { account: 'x', key: key().id }, units: 11 };
  expect(await meter.reserve(step)).toMatchObject({ code: 'quota-exceeded' });
});

test('every action of an administrator leaves a record, and no record holds a key', () => {
  const { account, key, id } = timed();
  const first = key(['read']);
  const second = mintKey(id, PEPPER);
  account.rotateKey(first.id, second, 0, '203.0.113.7');
  account.revokeKey(second.id, '203.0.113.7');
  account.change({ name: 'renamed' }, '203.0.113.7');
  const records = account.audit();
  expect(records.map(({ action }) => action)).toEqual([
    'create-account',
    'add-key',
    'rotate-key',
    'revoke-key',
    'change-account',
  ]);
  expect(records.at(-1)).toMatchObject({ from: '203.0.113.7', time: NOON, detail: '{"name":"renamed"}' });
  const secret = /[0-9a-f]{64}/;
  for (const { detail } of records) expect(detail).not.toMatch(secret);
});

test('a plan that is no longer configured serves nobody, rather than without limits', () => {
  const { database, key } = timed();
  const mine = key();
  const orphan = Account.open(database, { another: UNLIMITED }, () => NOON);
  expect(() => orphan?.admit(mine, 'read')).toThrow('the plan plan of an account is not configured');
});

test('asking an account that was never made stores nothing', () => {
  const database = sqlite();
  expect(Account.open(database, { plan: UNLIMITED }, Date.now)).toBeUndefined();
  expect(database.all('SELECT name FROM sqlite_master')).toEqual([]);
});

test.each([
  [{ free: { requestsPerSecond: 0, burst: 1, searches: 1 } }],
  [{ free: { requestsPerSecond: 1, burst: 1, searches: 1, unitsPerMont: 5 } }],
  [{ 'No Name': UNLIMITED }],
  [undefined],
])('plans with a mistake in them are refused: %j', (plans) => {
  expect(() => readPlans(plans)).toThrow();
});
