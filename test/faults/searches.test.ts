/**
 * Searches under `wrangler dev`, killed in mid-search. `npm run test:faults` kills five times; as a part of
 * `npm test` it is done with two.
 */
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { z } from 'zod';
import { search, startedSearch } from '../../src/api/search-schemas.ts';
import { WranglerDev } from './wrangler-dev.ts';

const KILLS = process.env.FAULTS === 'all' ? 5 : 2;
/** Many small steps: what matters is how often it is killed between and within them. */
const REQUEST = {
  space: 'nas-bench-101',
  algorithm: 'regularized-evolution',
  budget: { evaluations: (KILLS > 2 ? 400 : 120) * (KILLS + 1) },
  objectives: ['score', 'flops'],
  options: { children: 2 },
  seed: 11,
};

type Snapshot = z.infer<typeof search>;

let server: WranglerDev;
let key = '';
beforeAll(async () => {
  server = await WranglerDev.start(['wrangler.toml']);
  key = await server.newKey();
}, 120_000);
afterAll(() => server?.stop());

async function begin(): Promise<string> {
  const answer = await server.post('/v1/searches', REQUEST, key);
  expect(answer.status).toBe(202);
  return startedSearch.parse(await answer.json()).id;
}

const shown = async (id: string): Promise<Snapshot> =>
  search.parse(await (await server.get(`/v1/searches/${id}`, key)).json());

async function until(id: string, reached: (snapshot: Snapshot) => boolean): Promise<Snapshot> {
  for (;;) {
    const snapshot = await shown(id);
    if (reached(snapshot)) return snapshot;
    await sleep(20);
  }
}

/** Steps committed, once there are more than before: read from the storage itself, as the server is coming up. */
async function stepsBeyond(id: string, before: number): Promise<number> {
  for (;;) {
    const database = new DatabaseSync(server.fileOf('SearchCoordinator', id), { readOnly: true });
    try {
      const { step, status } = database.prepare('SELECT step, status FROM search').get() ?? {};
      if (status !== 'running') throw new Error(`the search was over before it could be killed: ${status}`);
      if (Number(step) > before) return Number(step);
    } finally {
      database.close();
    }
    await sleep(5);
  }
}

/** What a search came to, without its name and its times. */
function resultOf({ id: _, created: _created, ended: _ended, ...result }: Snapshot): string {
  return JSON.stringify(result);
}

async function unitsCharged(): Promise<number> {
  const usage = await server.get('/v1/usage?group=kind', key);
  return ((await usage.json()) as { total: { units: number } }).total.units;
}

test(
  'a search killed again and again ends in the bytes of one left alone, every evaluation counted once',
  async () => {
    const undisturbed = await until(await begin(), ({ state }) => state !== 'running');
    expect(undisturbed.state).toBe('completed');
    const evaluations = undisturbed.progress.evaluations;
    await expect.poll(unitsCharged).toBe(evaluations);

    const id = await begin();
    let steps = 0;
    for (let kill = 1; kill <= KILLS; kill++) {
      steps = await stepsBeyond(id, steps);
      server = await server.killAndRelaunch();
    }
    await stepsBeyond(id, steps);
    await server.answers();
    const disturbed = await until(id, ({ state }) => state !== 'running');
    expect(resultOf(disturbed)).toBe(resultOf(undisturbed));
    await expect.poll(unitsCharged, { timeout: 15_000 }).toBe(2 * evaluations);
  },
  60_000 * (KILLS + 1),
);
