/** Usage on its way to sinks that fail, time out and repeat: a real HTTP server plays them. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { sinkOf } from '../../src/accounts/sinks/configured.ts';
import { localAccount } from './local-account.ts';

type Manner = 'takes' | 'fails' | 'hangs' | 'takes and fails' | 'takes and hangs' | 'refuses the second';

/** What the sink has counted: units by event id, as a sink that keeps ids apart does. */
const counted = new Map<string, number>();
const seen: { headers: IncomingMessage['headers']; body: string }[] = [];
let manner: Manner = 'takes';

async function answerCloudEvents(body: string, response: ServerResponse): Promise<void> {
  if (manner.startsWith('takes')) {
    for (const { id, data } of JSON.parse(body)) counted.set(id, data.units);
  }
  if (manner.endsWith('hangs')) return;
  response.writeHead(manner.endsWith('fails') ? 503 : 204).end();
}

/** As Stripe does: an identifier that it had before is refused with 400. */
async function answerStripe(body: string, response: ServerResponse): Promise<void> {
  const form = new URLSearchParams(body);
  const id = form.get('identifier') ?? '';
  const respond = (status: number, value: object) =>
    response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(value));
  if (manner === 'fails') return void respond(500, { error: { type: 'api_error', message: 'down' } });
  if (manner === 'hangs') return;
  if (counted.has(id)) {
    const message = `An event already exists with identifier ${id}.`;
    return void respond(400, { error: { type: 'invalid_request_error', message } });
  }
  if (manner === 'refuses the second' && id.endsWith('.2')) {
    return void respond(400, { error: { type: 'invalid_request_error', message: 'no such customer' } });
  }
  counted.set(id, Number(form.get('payload[value]')));
  if (manner === 'takes and hangs') return;
  if (manner === 'takes and fails')
    return void respond(500, { error: { type: 'api_error', message: 'lost' } });
  respond(200, { object: 'billing.meter_event', identifier: id });
}

const server = createServer(async (request, response) => {
  const body = await text(request);
  seen.push({ headers: request.headers, body });
  await (request.url === '/events' ? answerCloudEvents : answerStripe)(body, response);
});

let origin = '';
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const PATIENCE_MS = 300;
const TOKEN = 'sk_test_of_the_tests';

const configured = {
  cloudevents: () => ({
    USAGE_SINK: 'cloudevents',
    USAGE_SINK_URL: `${origin}/events`,
    USAGE_SINK_TOKEN: TOKEN,
  }),
  stripe: () => ({
    USAGE_SINK: 'stripe',
    USAGE_SINK_URL: origin,
    USAGE_SINK_TOKEN: TOKEN,
    STRIPE_METER: 'architectures',
  }),
};

function customer() {
  counted.clear();
  seen.length = 0;
  const { account, id, key } = localAccount();
  const mine = key();
  let calls = 0;
  return {
    id,
    outbox: account.outbox,
    charge(units: number, kind: 'score' | 'search' = 'score') {
      calls += 1;
      account.commit({ id: `call ${calls}`, holder: 'h', key: mine.id, kind, units, remembered: 60 });
    },
  };
}

const sum = (): number => [...counted.values()].reduce((all, units) => all + units, 0);

test.each([['cloudevents'], ['stripe']] as const)(
  '%s: whatever the sink does, it ends up having counted each unit once',
  async (kind) => {
    const complaints = vi.spyOn(console, 'error').mockReturnValue();
    const { id, outbox, charge } = customer();
    const sink = sinkOf(configured[kind](), PATIENCE_MS);
    if (sink === undefined) throw new Error('no sink');
    const manners: Manner[] = ['fails', 'takes and fails', 'hangs', 'takes', 'takes and hangs', 'takes'];
    let charged = 0;
    for (const [round, each] of manners.entries()) {
      charge(10 + round);
      charge(1, 'search');
      charged += 11 + round;
      manner = each;
      outbox.seal(1_000 * round);
      await outbox.send(sink, { account: id, customer: 'cus_1' }).catch(() => false);
    }
    manner = 'takes';
    expect(await outbox.send(sink, { account: id, customer: 'cus_1' })).toBe(true);
    expect(sum()).toBe(charged);
    expect(outbox.size()).toBe(0);
    for (const [complaint] of complaints.mock.calls) expect(String(complaint)).not.toContain(TOKEN);
    complaints.mockRestore();
  },
);

test('CloudEvents are sent as a batch, in the form that OpenMeter takes', async () => {
  const { id, outbox, charge } = customer();
  manner = 'takes';
  charge(7);
  outbox.seal(Date.UTC(2026, 10, 24));
  const sink = sinkOf(configured.cloudevents());
  if (sink === undefined) throw new Error('no sink');
  await outbox.send(sink, { account: id });
  expect(seen).toHaveLength(1);
  expect(seen[0]?.headers['content-type']).toBe('application/cloudevents-batch+json');
  expect(seen[0]?.headers.authorization).toBe(`Bearer ${TOKEN}`);
  expect(JSON.parse(seen[0]?.body ?? '')).toMatchObject([
    {
      specversion: '1.0',
      id: `${id}.1`,
      source: 'tgnas-edge',
      type: 'tgnas.units',
      subject: id,
      time: '2026-11-24T00:00:00.000Z',
      data: { units: 7, kind: 'score' },
    },
  ]);
});

test('Stripe is sent meter events with an identifier and a customer', async () => {
  const { id, outbox, charge } = customer();
  manner = 'takes';
  charge(7);
  outbox.seal(Date.UTC(2026, 10, 24));
  const sink = sinkOf(configured.stripe());
  if (sink === undefined) throw new Error('no sink');
  await outbox.send(sink, { account: id, customer: 'cus_1' });
  expect(Object.fromEntries(new URLSearchParams(seen[0]?.body))).toEqual({
    event_name: 'architectures',
    identifier: `${id}.1`,
    timestamp: String(Date.UTC(2026, 10, 24) / 1_000),
    'payload[stripe_customer_id]': 'cus_1',
    'payload[value]': '7',
  });
});

test('an event that Stripe refuses holds up no other, and waits', async () => {
  const complaints = vi.spyOn(console, 'error').mockReturnValue();
  const { id, outbox, charge } = customer();
  const sink = sinkOf(configured.stripe());
  if (sink === undefined) throw new Error('no sink');
  for (const units of [1, 2, 4]) {
    charge(units);
    outbox.seal(0);
  }
  manner = 'refuses the second';
  expect(await outbox.send(sink, { account: id, customer: 'cus_1' })).toBe(false);
  expect(sum()).toBe(5);
  expect(outbox.size()).toBe(1);
  expect(complaints).toHaveBeenCalledOnce();
  complaints.mockRestore();
});

test.each([
  [{ USAGE_SINK: 'cloudevents' }, 'USAGE_SINK_URL is not set'],
  [{ USAGE_SINK: 'stripe', USAGE_SINK_TOKEN: 'sk' }, 'set USAGE_SINK_TOKEN and STRIPE_METER'],
  [{ USAGE_SINK: 'strip' }, 'expected USAGE_SINK to be none, stripe or cloudevents, got "strip"'],
])('a sink that is configured wrongly is not passed over: %j', (bindings, message) => {
  expect(() => sinkOf(bindings)).toThrow(message);
});
