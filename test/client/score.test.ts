import { afterEach, expect, test } from 'vitest';
import {
  AuthenticationError,
  ConflictError,
  ConnectionError,
  InvalidRequestError,
  NotFoundError,
  type ScoreRequest,
  ServerError,
  Tgnas,
} from '../../src/client/client.ts';
import { seededRandom } from '../../src/spaces/random.ts';
import { SPACES } from '../../src/spaces/registry.ts';
import { doorTo, localAccount } from '../accounts/local-account.ts';
import { byEdges, CELL, SECRETS, serve } from '../api/served.ts';
import { type Fate, serveFaultily } from './faulty-server.ts';

const opened: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const each of opened.splice(0)) await each.close();
});

/** A client of a server of its own, and what its account was charged. */
async function customer(fateOf: (call: number) => Fate = () => 'answered', retries = 8) {
  const ours = localAccount();
  const server = await serveFaultily(
    serve(byEdges, () => doorTo(ours.account)),
    SECRETS,
    fateOf,
  );
  opened.push(server);
  const key = ours.key().text;
  const client = new Tgnas({ key, url: server.url, retries });
  const charged = async () => (await client.usage({ group: 'kind' })).total;
  return { client, server, key, charged };
}

/** Cells that differ from each other: the first of the space in the order of counting. */
function cells(count: number): string[] {
  const space = SPACES.get('nas-bench-201');
  if (space === undefined) throw new Error('the space is gone');
  return Array.from({ length: count }, (_, i) =>
    space.print(
      space.slots.map(({ choices }, slot) => Math.floor(i / choices.length ** slot) % choices.length),
    ),
  );
}

const request = (architectures: string[]): ScoreRequest => ({ format: 'nas-bench-201', architectures });

test('10,000 architectures through a server that fails a fifth of the calls: all scored, each charged once', async () => {
  const fates: Fate[] = ['refused', 'cut off before', 'cut off after'];
  let failed = 0;
  const random = seededRandom(5);
  const { client, server, charged } = await customer((call) => {
    // One call in six fails whatever the dice say: a run in which nothing fails shows nothing.
    if (random.unit() > 0.2 && call % 6 !== 2) return 'answered';
    return fates[failed++ % fates.length] ?? 'refused';
  });
  const architectures = cells(10_000);
  const { results, usage } = await client.score(request(architectures));
  expect(results.map(({ index }) => index)).toEqual(architectures.map((_, i) => i));
  expect(usage.units).toBe(10_000);
  expect(failed).toBeGreaterThanOrEqual(2);
  expect(server.calls()).toBe(10 + failed);
  expect(await charged()).toEqual({ units: 10_000, requests: 10 });
  const alone = await client.score(request(architectures.slice(7_000, 7_001)));
  expect(alone.results[0]?.score).toBe(results[7_000]?.score);
}, 120_000);

test('a malformed architecture is named by its place in the whole, and the class of its error says what it is', async () => {
  const { client } = await customer();
  const architectures = cells(1_500);
  architectures[1_300] = `${CELL}+`;
  const error = await client.score(request(architectures)).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(InvalidRequestError);
  expect((error as InvalidRequestError).problem).toMatchObject({
    status: 422,
    index: 1_300,
    pointer: '/architectures/1300',
    offset: CELL.length,
    errors: [{ index: 1_300 }],
  });
});

test('a key that is no key is refused at once, and a server that stays away is told of after the last try', async () => {
  const { server, key, client } = await customer();
  const stranger = new Tgnas({ key: `${key}x`, url: server.url });
  await expect(stranger.spaces()).rejects.toBeInstanceOf(AuthenticationError);
  expect(server.calls()).toBe(1);
  await expect(client.space('nowhere')).rejects.toBeInstanceOf(NotFoundError);
  const away = await customer(() => 'refused', 2);
  await expect(away.client.spaces()).rejects.toBeInstanceOf(ServerError);
  expect(away.server.calls()).toBe(3);
  const cut = await customer(() => 'cut off before', 1);
  await expect(cut.client.spaces()).rejects.toBeInstanceOf(ConnectionError);
});

test('an idempotency key of the caller is for one request: another with it is a conflict', async () => {
  const { client, charged } = await customer();
  const idempotencyKey = 'nightly';
  const first = await client.score(request(cells(3)), { idempotencyKey });
  expect(await client.score(request(cells(3)), { idempotencyKey })).toEqual(first);
  expect((await charged()).units).toBe(3);
  await expect(client.score(request(cells(4)), { idempotencyKey })).rejects.toBeInstanceOf(ConflictError);
});

test('an aborted call rejects with the reason of its signal', async () => {
  const { client } = await customer(() => 'refused', 100);
  const signal = AbortSignal.timeout(300);
  await expect(client.spaces({ signal })).rejects.toThrow(signal.reason);
});
