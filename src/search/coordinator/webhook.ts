/**
 * Tells a caller's server that a search has ended, signed as Standard Webhooks 1.0 has it (standardwebhooks.com):
 * `webhook-signature: v1,` and HMAC-SHA256 of `id.timestamp.body`, base64, keyed with the secret's bytes.
 */
import type { Delivery } from './store.ts';
import { webhookAddress } from './webhook-address.ts';

export interface Message {
  /** The same at every attempt, so that the receiver can tell a repetition. */
  readonly id: string;
  readonly url: string;
  readonly secret: string;
  readonly body: string;
}

const SECRET_PREFIX = 'whsec_';
const SECRET_BYTES = 24;
const PATIENCE_MS = 10_000;
/** Seconds from each attempt to the next; about nine hours in all. */
const PAUSES = [5, 30, 120, 600, 1_800, 7_200, 21_600] as const;

const base64 = (bytes: Uint8Array): string => btoa(String.fromCharCode(...bytes));

/** A secret for one search's webhook. */
export const webhookSecret = (): string =>
  SECRET_PREFIX + base64(crypto.getRandomValues(new Uint8Array(SECRET_BYTES)));

async function signature({ id, secret, body }: Message, timestamp: number): Promise<string> {
  const bytes = Uint8Array.from(atob(secret.slice(SECRET_PREFIX.length)), (c) => c.charCodeAt(0));
  const algorithm = { name: 'HMAC', hash: 'SHA-256' };
  const key = await crypto.subtle.importKey('raw', bytes, algorithm, false, ['sign']);
  const signed = new TextEncoder().encode(`${id}.${timestamp}.${body}`);
  return `v1,${base64(new Uint8Array(await crypto.subtle.sign('HMAC', key, signed)))}`;
}

/** One attempt: why it failed, or nothing. A redirect is a failure: it could lead anywhere. */
async function send(message: Message, now: number, anywhere: boolean): Promise<string | undefined> {
  const timestamp = Math.floor(now / 1_000);
  try {
    const answer = await fetch(webhookAddress(message.url, anywhere), {
      method: 'POST',
      redirect: 'manual',
      signal: AbortSignal.timeout(PATIENCE_MS),
      headers: {
        'Content-Type': 'application/json',
        'User-Agent': 'tgnas-edge',
        'webhook-id': message.id,
        'webhook-timestamp': String(timestamp),
        'webhook-signature': await signature(message, timestamp),
      },
      body: message.body,
    });
    await answer.body?.cancel();
    return answer.ok ? undefined : `the server answered ${answer.status}`;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** Makes an attempt, and says how the delivery stands after it. */
export async function deliver(
  message: Message,
  { attempts }: Delivery,
  now: () => number,
  anywhere: boolean,
): Promise<Delivery> {
  const failure = await send(message, now(), anywhere);
  if (failure === undefined) return { attempts: attempts + 1, delivered: true };
  const pause = PAUSES[attempts];
  return {
    attempts: attempts + 1,
    delivered: false,
    failure,
    ...(pause === undefined ? {} : { next: now() + 1_000 * pause }),
  };
}
