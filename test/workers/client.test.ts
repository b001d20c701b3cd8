/** The client against the Worker: what is watched, ended and cancelled from it. */
import { exports } from 'cloudflare:workers';
import { expect, test } from 'vitest';
import { searchEvent } from '../../src/api/search-schemas.ts';
import { type SearchEvent, Tgnas } from '../../src/client/client.ts';
import { newCustomer } from './customer.ts';

const URL = 'https://tgnas.example';
const REQUEST = {
  space: 'nas-bench-201',
  algorithm: 'evolution',
  budget: { evaluations: 300 },
  seed: 3,
} as const;

/** The Worker, whose streams of events break off after so many bytes. */
const breakingAfter =
  (bytes: number): typeof fetch =>
  async (input, init) => {
    const answer = await exports.default.fetch(new Request(input, init));
    if (!String(input).endsWith('/events') || answer.body === null) return answer;
    let left = bytes;
    const broken = new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        controller.enqueue(chunk.subarray(0, left));
        left -= chunk.byteLength;
        if (left < 0) controller.error(new Error('cut off'));
      },
    });
    return new Response(answer.body.pipeThrough(broken), answer);
  };

async function watched(fetch: typeof globalThis.fetch, retried: Error[] = []): Promise<SearchEvent[]> {
  const onRetry = (error: Error) => retried.push(error);
  const client = new Tgnas({ key: await newCustomer(), url: URL, fetch, onRetry });
  const search = await client.startSearch(REQUEST);
  const events: SearchEvent[] = [];
  for await (const event of search.events()) events.push(searchEvent.parse(event));
  return events;
}

test('a stream that breaks off again and again tells every event once, in order', async () => {
  const retried: Error[] = [];
  const events = await watched(breakingAfter(10_000), retried);
  expect(retried.length).toBeGreaterThan(0);
  expect(events.map(({ id }) => id)).toEqual(events.map((_, i) => i + 1));
  const unbroken = await watched(breakingAfter(Infinity));
  expect(events).toEqual(unbroken);
  const scored = events.flatMap((event) => (event.type === 'progress' ? event.data.scored : []));
  const end = events.at(-1);
  expect(end).toMatchObject({ type: 'end', data: { state: 'completed', evaluations: scored.length } });
});

test('aborting the signal that a search was started with cancels the search', async () => {
  const key = await newCustomer();
  const client = new Tgnas({ key, url: URL, fetch: breakingAfter(Infinity) });
  const abort = new AbortController();
  const long = { space: 'darts', algorithm: 'random', budget: { evaluations: 20_000 } } as const;
  const search = await client.startSearch(long, { signal: abort.signal });
  const watching = search.result();
  abort.abort(new Error('enough'));
  await expect(watching).rejects.toThrow('enough');
  await expect.poll(async () => (await search.snapshot()).state).toBe('cancelled');
});

test('what was found is given as the source of a network', async () => {
  const client = new Tgnas({ key: await newCustomer(), url: URL, fetch: breakingAfter(Infinity) });
  const search = await client.startSearch(REQUEST);
  const { best, state } = await search.result();
  expect(state).toBe('completed');
  expect(await search.best('arch')).toBe(best?.architecture);
  expect(await search.best('pytorch')).toContain('import torch');
});

test('a space tells the scores that its percentiles are against', async () => {
  const client = new Tgnas({ key: await newCustomer(), url: URL, fetch: breakingAfter(Infinity) });
  const { reference } = await client.space('nas-bench-201');
  const scores = reference?.scores ?? [];
  expect(reference?.of).toContain('15,625');
  expect(scores).toHaveLength(129);
  expect([...scores].sort((a, b) => a - b)).toEqual(scores);
});
