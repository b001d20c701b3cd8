import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Delivery } from '../../../src/search/coordinator/store.ts';
import { deliver, type Message, webhookSecret } from '../../../src/search/coordinator/webhook.ts';
import { webhookAddress } from '../../../src/search/coordinator/webhook-address.ts';

const NOW = 1_700_000_000_000;
const received: { readonly headers: IncomingMessage['headers']; readonly body: string }[] = [];
let status = 200;

const receiver = createServer(async (request, response) => {
  let body = '';
  for await (const chunk of request) body += chunk;
  received.push({ headers: request.headers, body });
  response.writeHead(status, status === 302 ? { Location: '/elsewhere' } : {}).end();
});
let url = '';
beforeAll(async () => {
  receiver.listen(0, '127.0.0.1');
  await once(receiver, 'listening');
  url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hook`;
});
afterAll(() => {
  receiver.close();
  receiver.closeAllConnections();
});

const message = (secret = webhookSecret()): Message => ({ id: 'search-1', url, secret, body: '{"état":1}' });

const attempted = (before: Delivery, anywhere = true): Promise<Delivery> =>
  deliver(message(), before, () => NOW, anywhere);

const FIRST: Delivery = { attempts: 0, next: NOW, delivered: false };

test('a receiver can check who sent a message, with the secret alone', async () => {
  status = 200;
  const secret = webhookSecret();
  expect(await deliver(message(secret), FIRST, () => NOW, true)).toEqual({ attempts: 1, delivered: true });
  const { headers, body } = received.at(-1) ?? { headers: {}, body: '' };
  // As Standard Webhooks 1.0 has it.
  const key = Buffer.from(secret.replace('whsec_', ''), 'base64');
  const signed = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`;
  expect(headers['webhook-timestamp']).toBe('1700000000');
  expect(headers['webhook-signature']).toBe(
    `v1,${createHmac('sha256', key).update(signed).digest('base64')}`,
  );
});

test.each([500, 302, 404])('an answer of %d is tried again, and no redirect is followed', async (answer) => {
  status = answer;
  const before = received.length;
  expect(await attempted(FIRST)).toEqual({
    attempts: 1,
    delivered: false,
    failure: `the server answered ${answer}`,
    next: NOW + 5_000,
  });
  expect(received.length).toBe(before + 1);
});

test('pauses grow, and after eight attempts it is over', async () => {
  status = 503;
  let delivery = FIRST;
  const pauses: number[] = [];
  while (delivery.next !== undefined) {
    delivery = await attempted(delivery);
    if (delivery.next !== undefined) pauses.push(delivery.next - NOW);
  }
  expect(delivery.attempts).toBe(8);
  expect(pauses).toEqual(pauses.toSorted((a, b) => a - b));
});

test('an address within is not called, not even when it was let in before', async () => {
  status = 200;
  const before = received.length;
  expect(await attempted(FIRST, false)).toMatchObject({ delivered: false, failure: /https/ });
  expect(received.length).toBe(before);
});

test.each([
  'http://example.com/',
  'https://127.0.0.1/',
  'https://2130706433/',
  'https://0x7f.1/',
  'https://10.1.2.3/',
  'https://172.16.0.1/',
  'https://192.168.1.1/',
  'https://100.64.0.1/',
  'https://169.254.169.254/latest/meta-data',
  'https://0.0.0.0/',
  'https://224.0.0.1/',
  'https://[::1]/',
  'https://[::]/',
  'https://[fe80::1]/',
  'https://[fd00::1]/',
  'https://[::ffff:127.0.0.1]/',
  'https://[::ffff:a00:1]/',
  'https://[64:ff9b::7f00:1]/',
  'https://[2002:7f00:1::]/',
  'https://localhost/',
  'https://localhost./',
  'https://db.localhost/',
  'https://printer.local/',
  'https://metadata.google.internal/',
  'https://intranet/',
  'https://user:secret@example.com/',
  'ftp://example.com/',
  'example.com',
  `https://example.com/${'a'.repeat(2_048)}`,
])('%s is refused', (address) => {
  expect(() => webhookAddress(address, false)).toThrow(expect.objectContaining({ code: 'webhook-address' }));
});

test.each(['https://example.com/hook', 'https://93.184.216.34:8443/', 'https://[2606:4700::1]/'])(
  '%s is let through',
  (address) => {
    expect(webhookAddress(address, false).href).toBe(address);
  },
);
