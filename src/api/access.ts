/** Who may call the API: the door between HTTP and accounts. */
import type { Context, MiddlewareHandler } from 'hono';
import type { Admission, Beginning, Settlement } from '../accounts/account.ts';
import { type PresentedKey, readKey } from '../accounts/api-key.ts';
import type { Scope } from '../accounts/keyring.ts';
import type { Attempt, Group, Period, UsageRow } from '../accounts/ledger.ts';
import type { Refusal } from '../accounts/refusal.ts';
import { Caller, unauthorized } from './caller.ts';
import { ProblemError } from './problem.ts';

/** What the API asks of an account, whether it lives in a Durable Object or next door. */
export interface AccountDoor {
  admit(key: PresentedKey, scope?: Scope): Promise<Admission | Refusal>;
  begin(key: PresentedKey, scope: Scope, attempt: Attempt): Promise<Beginning | Refusal>;
  commit(attempt: Attempt, answer?: Uint8Array): Promise<Settlement | Refusal>;
  release(attempt: Pick<Attempt, 'id' | 'holder'>): Promise<void>;
  usage(period: Period, group: Group): Promise<UsageRow[]>;
}

export interface Access {
  /** Secret that keys are sealed and hashed with. */
  readonly pepper: string | undefined;
  /** Secret of whoever administers accounts. */
  readonly adminToken: string | undefined;
  /** The account of an id, whether it exists or not. To be asked anew for each try of a call that fails. */
  readonly account: (id: string) => AccountDoor;
}

/** RFC 6750 section 2.1. */
const BEARER = /^Bearer +([\w.~+/-]+=*) *$/i;

export const bearerOf = (c: Context): string | undefined =>
  BEARER.exec(c.req.header('Authorization') ?? '')?.[1];

/**
 * The secrets that access rests on.
 *
 * @throws ProblemError 503 without one of them: then nobody is let in, rather than everybody
 */
export function secretsOf({ pepper, adminToken }: Access): { pepper: string; adminToken: string } {
  if (!pepper || !adminToken) {
    const detail = 'this server refuses to serve until its secrets KEY_PEPPER and ADMIN_TOKEN are set';
    throw new ProblemError(503, [{ code: 'secrets-not-configured', detail }]);
  }
  return { pepper, adminToken };
}

export interface AccessVariables {
  readonly caller: Caller;
}

type Guarded<Bindings extends object> = MiddlewareHandler<{ Bindings: Bindings; Variables: AccessVariables }>;

/**
 * Lets only callers with a key of ours through. Who they are stands in `c.var.caller`, for the route to admit or
 * to charge; no answer leaves, not even a complaint, before its caller was admitted.
 */
export function requireKey<Bindings extends object>(
  accessOf: (bindings: Bindings) => Access,
): Guarded<Bindings> {
  return async function requireKey(c, next) {
    const access = accessOf(c.env);
    const { pepper } = secretsOf(access);
    const presented = bearerOf(c);
    if (presented === undefined) {
      throw unauthorized('key-missing', 'expected the header Authorization: Bearer tgk_...');
    }
    const key = readKey(presented, pepper);
    if (key === 'malformed') {
      throw unauthorized('key-malformed', 'the key is mistyped or cut off: its checksum is wrong');
    }
    if (key === 'foreign') throw unauthorized('key-unknown', 'the key is not known here');
    const caller = new Caller(() => access.account(key.account), key);
    c.set('caller', caller);
    await next();
    await caller.admitAtLast();
    caller.report(c);
  };
}

/** Lets only keys with the scope through to a route that costs nothing. */
export function admit(scope: Scope): MiddlewareHandler<{ Variables: AccessVariables }> {
  return async function admit(c, next) {
    await c.var.caller.admit(scope);
    await next();
  };
}
