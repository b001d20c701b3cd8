/** Who may call the API. Today one key, held by whoever runs the Worker; accounts will stand behind the same door. */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { MiddlewareHandler } from 'hono';
import { ProblemError } from './problem.ts';

export interface Account {
  readonly id: string;
}

export interface Access {
  /**
   * @param key what the caller presents as its key, if anything
   * @throws ProblemError 401 when that is not a key of ours, 503 when none could be
   */
  admit(key: string | undefined): Promise<Account>;
}

const digest = (text: string): Uint8Array => createHash('sha256').update(text).digest();

/**
 * Access by one key from the Worker's secrets.
 *
 * @param localKey the secret; without one nobody is let in, rather than everybody
 */
export function localAccess(localKey: string | undefined): Access {
  return {
    async admit(key) {
      if (localKey === undefined || localKey === '') {
        throw new ProblemError(503, [
          { code: 'keys-not-configured', detail: 'this server has no key to compare with: set LOCAL_KEY' },
        ]);
      }
      if (key === undefined) {
        throw new ProblemError(
          401,
          [{ code: 'key-missing', detail: 'expected the header Authorization: Bearer tgk_...' }],
          { 'WWW-Authenticate': 'Bearer realm="tgnas"' },
        );
      }
      // Digests have one length, and comparing them takes one time, whatever the caller guessed.
      if (!timingSafeEqual(digest(key), digest(localKey))) {
        throw new ProblemError(401, [{ code: 'key-unknown', detail: 'the key is not known here' }], {
          'WWW-Authenticate': 'Bearer realm="tgnas", error="invalid_token"',
        });
      }
      return { id: 'local' };
    },
  };
}

/** RFC 6750 section 2.1. */
const BEARER = /^Bearer +([\w.~+/-]+=*) *$/i;

export interface AccessVariables {
  readonly account: Account;
}

/** Lets only callers with a key through, and says who they are in `c.var.account`. */
export function requireKey<Bindings extends object>(
  accessOf: (bindings: Bindings) => Access,
): MiddlewareHandler<{ Bindings: Bindings; Variables: AccessVariables }> {
  return async function requireKey(c, next) {
    const access = accessOf(c.env);
    const key = BEARER.exec(c.req.header('Authorization') ?? '')?.[1];
    c.set('account', await access.admit(key));
    await next();
  };
}
