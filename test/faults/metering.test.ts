/**
 * Fifty clients under `wrangler dev`, and SIGKILL in the middle. `npm run test:faults` makes 10,000 requests and
 * kills five times; as a part of `npm test` it is 300 and one.
 */
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { scoreResponse } from '../../src/api/schemas.ts';
import { usageResponse } from '../../src/api/usage.ts';
import { WranglerDev } from './wrangler-dev.ts';

const CLIENTS = 50;
const [REQUESTS, KILLS] = process.env.FAULTS === 'all' ? [10_000, 5] : [300, 1];
/** Requests between two kills. */
const STRETCH = Math.round(REQUESTS / (KILLS + 1));
const CELL = '|nor_conv_3x3~0|+|none~0|skip_connect~1|+|none~0|skip_connect~1|nor_conv_3x3~2|';

let server: WranglerDev;
let key = '';
const logs: string[] = [];

/** Where usage is exported to: it fails at first, and keeps ids apart as sinks do. */
const exported = new Map<string, number>();
let failures = 2;
const sink = createServer(async (request, response) => {
  const events = JSON.parse(await text(request)) as { id: string; data: { units: number } }[];
  // The second time, it takes the events and does not say so.
  failures -= 1;
  if (failures < 1) for (const { id, data } of events) exported.set(id, data.units);
  response.writeHead(failures < 0 ? 204 : 503).end();
});

beforeAll(async () => {
  sink.listen(0, '127.0.0.1');
  await once(sink, 'listening');
  const { port } = sink.address() as AddressInfo;
  server = await WranglerDev.start(['wrangler.toml'], {
    USAGE_SINK: 'cloudevents',
    USAGE_SINK_URL: `http://127.0.0.1:${port}/`,
    USAGE_EXPORT_SECONDS: '1',
  });
  key = await server.newKey();
}, 120_000);
afterAll(async () => {
  await server?.stop();
  sink.close();
});

/** 1 to 3 architectures, by the number of the request. */
const unitsOf = (request: number): number => 1 + (request % 3);

interface Answer {
  readonly units: number;
  /** Charged by this very call. */
  readonly charged: number;
  readonly replayed: boolean;
}

/** One request; nothing when its answer was cut off, or when the server was not there to answer. */
async function ask(request: number): Promise<Answer | undefined> {
  try {
    const answer = await fetch(`${server.url}/v1/score`, {
      method: 'POST',
      headers: {
        Authorization: `Bearer ${key}`,
        'Content-Type': 'application/json',
        'Idempotency-Key': `request-${request}`,
      },
      body: JSON.stringify({
        format: 'nas-bench-201',
        architectures: Array(unitsOf(request)).fill(CELL),
      }),
    });
    if (answer.status !== 200) return undefined;
    return {
      units: scoreResponse.parse(await answer.json()).usage.units,
      charged: Number(answer.headers.get('X-Usage-Units')),
      replayed: answer.headers.has('Idempotency-Replayed'),
    };
  } catch {
    return undefined;
  }
}

async function usage(): Promise<number> {
  const answer = await server.get('/v1/usage?group=kind', key);
  return usageResponse.parse(await answer.json()).total.units;
}

const sum = (values: Iterable<number>): number => [...values].reduce((all, each) => all + each, 0);

/** Everything in a folder, byte by byte as text. */
const contents = (folder: string): string =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1'))
    .join('\n');

test('usage is the sum of the answers received, but for those that were cut off, and their replays explain them', async () => {
  const answers = new Map<number, Answer>();
  const cutOff: number[] = [];
  let next = 0;
  let restarting: Promise<void> | undefined;
  const client = async (): Promise<void> => {
    while (next < REQUESTS) {
      const request = next++;
      // In the middle, while the other clients wait for their answers.
      if (request > 0 && request % STRETCH === 0 && request / STRETCH <= KILLS) {
        logs.push(server.said);
        restarting = server.killAndRestart().then((again) => {
          server = again;
        });
      }
      const answer = await ask(request);
      if (answer === undefined) cutOff.push(request);
      else answers.set(request, answer);
      await restarting;
    }
  };
  const begun = performance.now();
  await Promise.all(Array.from({ length: CLIENTS }, client));
  const seconds = (performance.now() - begun) / 1_000;

  const received = sum([...answers.values()].map(({ units }) => units));
  const before = await usage();
  const replays = await Promise.all(cutOff.map(async (request) => [request, await ask(request)] as const));
  const explained = sum(replays.map(([, answer]) => (answer?.replayed ? answer.units : 0)));
  const rate = (REQUESTS / seconds).toFixed(0);
  console.log(
    `${REQUESTS} requests of ${CLIENTS} clients in ${seconds.toFixed(1)} s (${rate}/s, ${KILLS} restarts included): ` +
      `${received} units received, ${before} in usage, ${cutOff.length} answers cut off, ` +
      `${explained} units of them charged`,
  );

  expect(cutOff.length).toBeGreaterThan(0);
  expect(cutOff.length).toBeLessThanOrEqual(2 * CLIENTS * KILLS);
  expect(before - received).toBe(explained);
  for (const [request, answer] of replays) expect(answer?.units).toBe(unitsOf(request));
  for (const [request, { units, charged, replayed }] of answers) {
    expect([units, charged, replayed]).toEqual([unitsOf(request), unitsOf(request), false]);
  }
  // By now every request was answered once, and charged once, and soon every unit is exported once.
  const all = sum(Array.from({ length: REQUESTS }, (_, request) => unitsOf(request)));
  expect(await usage()).toBe(all);
  await expect.poll(() => sum(exported.values()), { timeout: 60_000 }).toBe(all);
}, 600_000);

test('the key is nowhere in what was stored or said', async () => {
  const secret = key.split('_')[3]?.slice(0, 40) ?? '';
  expect(secret).toHaveLength(40);
  const stored = contents(server.storage);
  expect(stored).toContain(key.split('_')[2]);
  for (const each of [stored, ...logs, server.said]) expect(each).not.toContain(secret);
});
