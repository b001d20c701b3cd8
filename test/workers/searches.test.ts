import { runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { env, exports } from 'cloudflare:workers';
import { expect, test } from 'vitest';
import type { z } from 'zod';
import { problem } from '../../src/api/schemas.ts';
import { search, searchPage, startedSearch } from '../../src/api/search-schemas.ts';
import { Conductor, type Means } from '../../src/search/coordinator/conductor.ts';
import { findingsOf } from '../../src/search/coordinator/found.ts';
import { type StepCharge, unmetered } from '../../src/search/coordinator/meter.ts';
import type { SearchOrder } from '../../src/search/coordinator/order.ts';
import { SearchStore } from '../../src/search/coordinator/store.ts';
import { runSearch } from '../../src/search/run.ts';
import { startSearch } from '../../src/search/search.ts';
import { SEARCH_SETTINGS } from '../../src/search/settings.ts';
import { subjectOf } from '../../src/search/subject.ts';
import { spaceOf } from '../../src/spaces/registry.ts';
import { newAccount, newCustomer, newKey } from './customer.ts';

type Snapshot = z.infer<typeof search>;

const KEY = await newCustomer();

const call = (
  path: string,
  { key = KEY, body, ...init }: RequestInit & { key?: string; body?: string } = {},
) =>
  exports.default.fetch(
    new Request(`https://tgnas.example/v1/searches${path}`, {
      method: body === undefined ? 'GET' : 'POST',
      ...(body === undefined ? {} : { body }),
      ...init,
      headers: { Authorization: `Bearer ${key}`, 'Content-Type': 'application/json', ...init.headers },
    }),
  );

const post = (request: object, options: { key?: string; headers?: Record<string, string> } = {}) =>
  call('', { ...options, body: JSON.stringify(request) });

/** Long enough to be met while it runs. */
const LONG = { space: 'darts', algorithm: 'random', budget: { evaluations: 20_000 } };
const SHORT = { space: 'nas-bench-201', algorithm: 'hybrid', budget: { evaluations: 300 }, seed: 7 };

async function begun(request: object, options: { key?: string } = {}): Promise<string> {
  const answer = await post(request, options);
  expect(answer.status).toBe(202);
  return startedSearch.parse(await answer.json()).id;
}

const shown = async (id: string): Promise<Snapshot> => search.parse(await (await call(`/${id}`)).json());

async function ended(id: string): Promise<Snapshot> {
  for (;;) {
    const snapshot = await shown(id);
    if (snapshot.state !== 'running') return snapshot;
    await scheduler.wait(20);
  }
}

/** The same search in one plain loop on the same scorer. */
async function inOneLoop({ space: id, algorithm, budget, seed }: typeof SHORT) {
  const space = spaceOf(id);
  const settings = SEARCH_SETTINGS.parse({ algorithm, seed, ...budget });
  const state = await runSearch(space, startSearch(space, settings), async (candidates) =>
    exports.Scorer.score(candidates.map(subjectOf)),
  );
  return { state, ...findingsOf(space, state) };
}

test('a search finds through the coordinator what one plain loop finds', async () => {
  const found = await ended(await begun(SHORT));
  const { state, best, front, history } = await inOneLoop(SHORT);
  expect(found).toMatchObject({ state: 'completed', finish: state.finish, best, front, history });
  expect(found.progress.evaluations).toBe(state.evaluations.length);
});

test('evaluations are charged to the account, each once', async () => {
  const key = await newCustomer();
  const answer = await post(SHORT, { key });
  const { id } = startedSearch.parse(await answer.json());
  let progress = 0;
  for (let state = 'running'; state === 'running'; ) {
    const snapshot = search.parse(await (await call(`/${id}`, { key })).json());
    progress = snapshot.progress.evaluations;
    state = snapshot.state;
  }
  const used = async () => {
    const usage = await exports.default.fetch('https://tgnas.example/v1/usage?group=kind', {
      headers: { Authorization: `Bearer ${key}` },
    });
    return (await usage.json<{ rows: { group: string; units: number }[] }>()).rows;
  };
  await expect.poll(used).toContainEqual(expect.objectContaining({ group: 'search', units: progress }));
});

test('nobody sees the searches of another account', async () => {
  const id = await begun(SHORT);
  const key = await newCustomer();
  for (const path of [`/${id}`, `/${id}/events`, `/${id}/best`]) {
    expect((await call(path, { key })).status).toBe(404);
  }
  expect((await call(`/${id}/cancel`, { key, method: 'POST' })).status).toBe(404);
  expect(searchPage.parse(await (await call('', { key })).json()).searches).toEqual([]);
  expect((await call('/0123456789abcdef')).status).toBe(404);
});

test('searches are listed page by page, the newest first', async () => {
  const key = await newCustomer();
  const ids: string[] = [];
  for (let i = 0; i < 3; i++) ids.unshift(await begun({ ...SHORT, budget: { evaluations: 130 } }, { key }));
  const first = searchPage.parse(await (await call('?limit=2', { key })).json());
  expect(first.searches.map(({ id }) => id)).toEqual(ids.slice(0, 2));
  const second = searchPage.parse(await (await call(`?limit=2&before=${first.next}`, { key })).json());
  expect(second.searches.map(({ id }) => id)).toEqual(ids.slice(2));
  expect(second.next).toBeNull();
});

interface SentEvent {
  readonly id: number;
  readonly type: string;
}

async function eventsOf(id: string, headers: Record<string, string> = {}): Promise<SentEvent[]> {
  const answer = await call(`/${id}/events`, { headers });
  expect(answer.headers.get('Content-Type')).toBe('text/event-stream');
  const records = (await answer.text()).split('\n\n').filter((record) => record.startsWith('id:'));
  return records.map((record) => {
    const [, number, type] = /^id: (\d+)\nevent: (\w+)\ndata: \{.*\}$/.exec(record) ?? [];
    return { id: Number(number), type: type ?? record };
  });
}

test('events are sent to the end, and from the last one seen on', async () => {
  const id = await begun(SHORT);
  const events = await eventsOf(id);
  expect(events.map((event) => event.id)).toEqual(events.map((_, i) => i + 1));
  expect(new Set(events.map(({ type }) => type))).toEqual(new Set(['progress', 'best', 'end']));
  expect(events.at(-1)?.type).toBe('end');
  expect(await eventsOf(id, { 'Last-Event-ID': '2' })).toEqual(events.slice(2));
  const last = String(events.length);
  expect((await call(`/${id}/events`, { headers: { 'Last-Event-ID': last } })).status).toBe(204);
  expect((await call(`/${id}/events`, { headers: { 'Last-Event-ID': 'latest' } })).status).toBe(422);
});

test('a WebSocket is told the same events, and closed after the last', async () => {
  const id = await begun(SHORT);
  const { webSocket } = await call(`/${id}/events`, { headers: { Upgrade: 'websocket' } });
  if (webSocket === null) throw new Error('expected a WebSocket');
  const told: SentEvent[] = [];
  webSocket.accept();
  await new Promise((resolve) => {
    webSocket.addEventListener('message', ({ data }) => told.push(JSON.parse(String(data))));
    webSocket.addEventListener('close', resolve);
  });
  expect(told.map(({ id, type }) => ({ id, type }))).toEqual(await eventsOf(id));
});

test('two clients cancel and read at once: one end, which nothing moves any more', async () => {
  const id = await begun(LONG);
  const once = () => Promise.all([call(`/${id}/cancel`, { method: 'POST' }), call(`/${id}`)]);
  await scheduler.wait(100);
  const answers = (await Promise.all([once(), once()])).flat();
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
  const snapshots = await Promise.all(answers.map(async (answer) => search.parse(await answer.json())));
  const cancelled = snapshots.filter(({ state }) => state === 'cancelled');
  expect(cancelled.length).toBeGreaterThanOrEqual(2);
  await scheduler.wait(300);
  const after = await shown(id);
  for (const snapshot of cancelled) expect(snapshot).toEqual(after);
  expect(after.progress.evaluations).toBeLessThan(LONG.budget.evaluations);
});

/** A search on the storage of an object that nobody else uses. */
let objects = 0;
function conducted<T>(
  order: Partial<SearchOrder>,
  work: (store: SearchStore, order: SearchOrder) => Promise<T>,
) {
  objects += 1;
  const stub = env.SEARCHES.get(env.SEARCHES.idFromName(`of test ${objects}`));
  return runInDurableObject(stub, async (_coordinator, { storage }) => {
    const store = new SearchStore(storage);
    const whole: SearchOrder = {
      id: `of test ${objects}`,
      payer: { account: 'nobody' },
      space: 'nas-bench-201',
      settings: SEARCH_SETTINGS.parse({ algorithm: 'hybrid', evaluations: 600, seed: 3 }),
      model: { id: 'any', version: '1', sha256: '' },
      vectors: new Map(),
      created: 0,
      ...order,
    };
    const space = spaceOf(whole.space);
    store.create(whole, startSearch(space, whole.settings));
    return work(store, whole);
  });
}

const MEANS: Means = {
  score: () => (subjects) => exports.Scorer.score(subjects),
  meter: unmetered,
  now: () => 0,
  pause: async () => {},
};

async function toItsEnd(store: SearchStore, means: Means): Promise<string> {
  const conductor = new Conductor(store, means, () => {});
  while ((await conductor.step()) !== 'ended') {}
  return JSON.stringify([store.state(), store.standing().status]);
}

test('a Scorer that throws for a third of its calls changes nothing of the result', async () => {
  const undisturbed = await conducted({}, (store) => toItsEnd(store, MEANS));
  let calls = 0;
  let units = 0;
  const charged = new Set<string>();
  const faulty: Means = {
    ...MEANS,
    score: () => async (subjects) => {
      calls += 1;
      // By no pattern that retries could fall in step with.
      if (((calls * 2_654_435_761) >>> 0) % 3 === 0) throw new Error('the scorer is out of order');
      return exports.Scorer.score(subjects);
    },
    meter: {
      ...unmetered,
      commit: async (charge: StepCharge) => {
        if (charged.has(charge.id)) throw new Error(`${charge.id} is charged twice`);
        charged.add(charge.id);
        units += charge.units;
        return undefined;
      },
    },
  };
  const disturbed = await conducted({}, (store) => toItsEnd(store, faulty));
  expect(disturbed).toBe(undisturbed);
  expect(calls).toBeGreaterThan(20);
  expect(units).toBe(JSON.parse(undisturbed)[0].evaluations.length);
});

test('a search begun anew after every step, on nothing but its storage, ends in the same bytes', async () => {
  const undisturbed = await conducted({}, (store) => toItsEnd(store, MEANS));
  const resumed = await conducted({}, async (store) => {
    while ((await new Conductor(store, MEANS, () => {}).step()) !== 'ended') {}
    return JSON.stringify([store.state(), store.standing().status]);
  });
  expect(resumed).toBe(undisturbed);
});

test('a Scorer that never answers ends the search with a reason, and keeps what was scored', async () => {
  const standing = await conducted({}, async (store) => {
    let calls = 0;
    const score = () => async (subjects: Parameters<ReturnType<Means['score']>>[0]) => {
      calls += 1;
      if (calls > 3) throw new Error('the scorer is gone');
      return exports.Scorer.score(subjects);
    };
    await toItsEnd(store, { ...MEANS, score });
    return { ...store.standing(), evaluations: store.pendingCharges().length };
  });
  expect(standing).toMatchObject({ status: 'failed', problem: { code: 'search-stuck' }, evaluations: 0 });
});

test('when the account has no units left, the search ends and says so', async () => {
  const refuse = async () => ({ code: 'quota-exceeded', detail: 'no units are left' });
  const standing = await conducted({}, async (store) => {
    await toItsEnd(store, { ...MEANS, meter: { ...unmetered, reserve: refuse } });
    return store.standing();
  });
  expect(standing).toMatchObject({ status: 'failed', problem: { code: 'quota-exceeded' } });
});

test('an account has as many searches running as its plan allows', async () => {
  const key = await newKey(await newAccount('single'));
  const id = await begun(LONG, { key });
  const refused = await post(SHORT, { key });
  expect(refused.status).toBe(429);
  expect(problem.parse(await refused.json()).code).toBe('too-many-searches');
  await call(`/${id}/cancel`, { key, method: 'POST' });
  const again = await begun(SHORT, { key });
  await call(`/${again}/cancel`, { key, method: 'POST' });
});

test('a call repeated with its Idempotency-Key gives the search that it began', async () => {
  const key = await newCustomer();
  const headers = { 'Idempotency-Key': 'once' };
  const ids = [];
  for (let i = 0; i < 2; i++)
    ids.push(startedSearch.parse(await (await post(SHORT, { key, headers })).json()).id);
  expect(ids[0]).toBe(ids[1]);
  const other = await post({ ...SHORT, seed: 8 }, { key, headers });
  expect([other.status, problem.parse(await other.json()).code]).toEqual([409, 'idempotency-key-reused']);
});

test.each<[string, object, string, string]>([
  ['an unknown space', { space: 'nas-bench-999' }, 'unknown-space', '/space'],
  ['a definition that is none', { space: { kind: 'cell', edges: [] } }, 'json-shape', '/space/edges'],
  ['too large a budget', { budget: { evaluations: 200_000 } }, 'too-many-evaluations', '/budget/evaluations'],
  ['too small a budget', { budget: { evaluations: 10 } }, 'budget-too-small', '/budget/evaluations'],
  ['a head that the model lacks', { objectives: ['score', 'taste'] }, 'unknown-head', '/objectives/1'],
  [
    'a limit on a head that the model lacks',
    { constraints: { taste: { max: 1 } } },
    'unknown-head',
    '/constraints/taste',
  ],
  ['a webhook within', { webhook: 'https://169.254.169.254/latest' }, 'webhook-address', '/webhook'],
])('%s is refused by its place', async (_, change, code, pointer) => {
  const answer = await post({ ...SHORT, ...change });
  expect(answer.status).toBe(422);
  expect(problem.parse(await answer.json())).toMatchObject({ code, pointer });
});

test('operators that no table lists are embedded, and the space is searched', async () => {
  const space = {
    kind: 'cell',
    edges: [
      { from: 'in', to: 'a', choices: ['retention, 8 heads', 'convolution 3 by 3'] },
      { from: 'a', to: 'out', choices: ['selective kernel unit', 'identity', 'none'] },
    ],
  };
  const found = await ended(await begun({ space, algorithm: 'exhaustive', budget: { evaluations: 10 } }));
  expect(found).toMatchObject({ state: 'completed', finish: 'exhausted', progress: { evaluations: 5 } });
});

test('the best architecture is given in the form asked for', async () => {
  const id = await begun(SHORT);
  const { best } = await ended(id);
  const inForm = (form: string) => call(`/${id}/best?format=${form}`);
  expect(await (await inForm('arch')).text()).toBe(best?.architecture);
  expect(await (await inForm('dot')).text()).toMatch(/^digraph/);
  expect(await (await inForm('pytorch')).text()).toContain('class Network');
  expect(await (await inForm('json')).json()).toMatchObject({ architecture: best?.architecture });
  expect(problem.parse(await (await inForm('genotype')).json())).toMatchObject({
    code: 'export-not-for-space',
    parameter: 'format',
  });
});

test('a search is forgotten when its retention is over', async () => {
  const id = await begun(SHORT);
  await ended(id);
  const stub = env.SEARCHES.get(env.SEARCHES.idFromString(id));
  await runInDurableObject(stub, (_coordinator, { storage }) => {
    storage.sql.exec('UPDATE search SET ended = ended - ?', 86_400_000 * (env.SEARCH_RETENTION_DAYS + 1));
  });
  await runDurableObjectAlarm(stub);
  expect((await call(`/${id}`)).status).toBe(404);
});
