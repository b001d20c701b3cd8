/** The caller of one request: admitted by its account, and charged by it. */
import { createHash, randomUUID } from 'node:crypto';
import { gunzipSync, gzipSync } from 'node:zlib';
import type { Context } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import type { Settlement, Standing, Units } from '../accounts/account.ts';
import type { PresentedKey } from '../accounts/api-key.ts';
import type { Scope } from '../accounts/keyring.ts';
import type { Attempt, Group, Kind, Period, UsageRow } from '../accounts/ledger.ts';
import type { Plan } from '../accounts/plans.ts';
import { isRefusal, type Refusal, type RefusalCode } from '../accounts/refusal.ts';
import type { AccountDoor } from './access.ts';
import { ProblemError } from './problem.ts';

const CHALLENGE = 'Bearer realm="tgnas"';
const INVALID = { 'WWW-Authenticate': `${CHALLENGE}, error="invalid_token"` };

export const unauthorized = (code: string, detail: string): ProblemError =>
  new ProblemError(
    401,
    [{ code, detail }],
    code === 'key-missing' ? { 'WWW-Authenticate': CHALLENGE } : INVALID,
  );

const REFUSAL_STATUS: Readonly<Record<RefusalCode, ContentfulStatusCode>> = {
  'key-unknown': 401,
  'key-revoked': 401,
  'key-expired': 401,
  'scope-insufficient': 403,
  'rate-limited': 429,
  'quota-exceeded': 429,
  'idempotency-key-reused': 409,
  'idempotency-key-in-use': 409,
};

/** A refusal of an account as an answer. */
export function refusalProblem({ refused: code, detail, retryAfter }: Refusal): ProblemError {
  const status = REFUSAL_STATUS[code];
  if (status === 401) return unauthorized(code, detail);
  const scope = { 'WWW-Authenticate': `${CHALLENGE}, error="insufficient_scope"` };
  return new ProblemError(status, [{ code, detail }], {
    ...(status === 403 ? scope : {}),
    ...(retryAfter === undefined ? {} : { 'Retry-After': String(retryAfter) }),
  });
}

function granted<Answer extends object>(answer: Answer | Refusal): Answer {
  if (isRefusal(answer)) throw refusalProblem(answer);
  return answer;
}

/** Tries of a question that changes nothing when it is asked twice. */
const TRIES = 3;

/** Work that costs units. */
export interface Metered {
  readonly kind: Kind;
  /** Architectures that are scored. */
  readonly units: number;
  /** The request as it was understood: the same `Idempotency-Key` is for the same one. */
  readonly request: unknown;
}

/** What a metered call answers with, without its usage. */
export type Answer = Readonly<Record<string, unknown>>;

const IDEMPOTENCY_KEY = /^[\x21-\x7e]{1,255}$/;
/** Seconds for which the answer to an `Idempotency-Key` is kept. */
const ANSWER_KEPT = 86_400;
/** Seconds for which a call without one is remembered: longer than we ourselves might ask again. */
const CALL_REMEMBERED = 3_600;
/** A row of SQLite in a Durable Object has 2 MB at most. */
const MAX_ANSWER_BYTES = 1_900_000;

/** The caller of one request. */
export class Caller {
  private readonly account: () => AccountDoor;
  private readonly key: PresentedKey;
  /** Whether the account has been asked about the call. */
  private asked = false;
  private standing: Standing | undefined;
  private month: Units | undefined;
  private charged = 0;
  private replayed = false;

  /** @param account gives the account of the key, anew for each try of a call that fails */
  constructor(account: () => AccountDoor, key: PresentedKey) {
    this.account = account;
    this.key = key;
  }

  /** The id of the account. */
  get id(): string {
    return this.key.account;
  }

  /** The id of the key that was presented. */
  get keyId(): string {
    return this.key.id;
  }

  /** What the account may use, once it was admitted. */
  get plan(): Plan {
    if (this.standing === undefined) throw new Error('a plan is known of admitted callers alone');
    return this.standing.plan;
  }

  /**
   * Lets the call in, if its key opens what needs the scope.
   *
   * @param scope none where any key will do
   * @throws ProblemError 401, 403, 429
   */
  async admit(scope?: Scope): Promise<void> {
    this.asked = true;
    const { standing } = granted(await this.ask((account) => account.admit(this.key, scope)));
    this.standing = standing;
  }

  /** Before an answer leaves that nobody was admitted for. */
  async admitAtLast(): Promise<void> {
    if (!this.asked) await this.admit();
  }

  /**
   * Does work that costs units, once: reserves them, works, and charges them together with keeping the answer.
   *
   * @returns the answer as JSON, its usage included
   * @throws ProblemError 401, 403, 409, 429, and whatever the work throws, which then costs nothing
   */
  async metered(c: Context, { kind, units, request }: Metered, work: () => Promise<Answer>): Promise<string> {
    const repeatable = idempotencyKeyOf(c);
    const holder = randomUUID();
    const attempt: Attempt = {
      ...(repeatable === undefined
        ? { id: `call:${holder}`, remembered: CALL_REMEMBERED }
        : {
            id: `key:${repeatable}`,
            remembered: ANSWER_KEPT,
            request: createHash('sha256')
              .update(`${c.req.method} ${c.req.path} ${JSON.stringify(request)}`)
              .digest('base64'),
          }),
      holder,
      key: this.key.id,
      kind,
      units,
    };
    this.asked = true;
    const { standing, answered } = granted(
      await this.ask((account) => account.begin(this.key, kind, attempt)),
    );
    this.standing = standing;
    if (answered !== undefined) return this.replay(answered);
    let body: string;
    let kept: Uint8Array | undefined;
    try {
      body = JSON.stringify(await work());
      kept = repeatable === undefined ? undefined : keep(body);
    } catch (error) {
      await this.giveBack(attempt);
      throw error;
    }
    // Whoever asks again after an answer that did not arrive is told what was charged, and charged no more.
    const settled = granted(await this.ask((account) => account.commit(attempt, kept)));
    if (settled.charged === 0) return this.replay(settled);
    this.month = settled.month;
    this.charged = settled.charged;
    return withUsage(body, settled);
  }

  async usage(period: Period, group: Group): Promise<UsageRow[]> {
    return this.ask((account) => account.usage(period, group));
  }

  /** Says in headers what the call cost and what is left (draft-ietf-httpapi-ratelimit-headers-10). */
  report(c: Context): void {
    if (this.standing === undefined) return;
    const { plan, requests } = this.standing;
    const refill = Math.ceil(plan.burst / plan.requestsPerSecond);
    const policies = [`"requests";q=${plan.burst};w=${refill}`];
    const limits = [`"requests";r=${requests};t=${requests > 0 ? 0 : 1}`];
    if (this.month !== undefined) {
      const { quota, remaining, reset } = this.month;
      policies.push(`"units";q=${quota}`);
      limits.push(`"units";r=${remaining};t=${reset}`);
    }
    c.header('RateLimit-Policy', policies.join(', '));
    c.header('RateLimit', limits.join(', '));
    c.header('X-Usage-Units', String(this.charged));
    if (this.replayed) c.header('Idempotency-Replayed', 'true');
  }

  private replay(settled: Settlement): string {
    this.month = settled.month;
    this.replayed = true;
    if (settled.answer === undefined) throw new Error('an answer was charged and not kept');
    return withUsage(gunzipSync(settled.answer).toString('utf8'), settled);
  }

  /** Asks the account, and again when it does not answer: all its questions may be asked twice. */
  private async ask<Reply>(question: (account: AccountDoor) => Promise<Reply>): Promise<Reply> {
    for (let tries = 1; ; tries++) {
      try {
        return await question(this.account());
      } catch (error) {
        if (tries < TRIES) continue;
        console.error(error);
        const detail = 'the account does not answer; a call with an Idempotency-Key is safe to repeat';
        throw new ProblemError(503, [{ code: 'account-unavailable', detail }], { 'Retry-After': '1' });
      }
    }
  }

  private async giveBack(attempt: Attempt): Promise<void> {
    try {
      await this.account().release(attempt);
    } catch (error) {
      // Its units come back by themselves when the reservation ends.
      console.error(error);
    }
  }
}

/** @throws ProblemError 422 for a header that is no key */
export function idempotencyKeyOf(c: Context): string | undefined {
  const key = c.req.header('Idempotency-Key');
  if (key === undefined || IDEMPOTENCY_KEY.test(key)) return key;
  const detail = 'expected 1 to 255 visible ASCII characters in Idempotency-Key';
  throw new ProblemError(422, [{ code: 'idempotency-key-invalid', detail }]);
}

/** @throws ProblemError 422 for an answer too large to be kept */
function keep(body: string): Uint8Array {
  const kept = gzipSync(body);
  if (kept.byteLength <= MAX_ANSWER_BYTES) return kept;
  const detail = 'the answer is too large to be kept for its Idempotency-Key: include less, or score less';
  throw new ProblemError(422, [{ code: 'answer-too-large', detail }]);
}

/** An answer that is charged is kept without its usage, which is known only with the charge. */
function withUsage(body: string, { units, remaining }: Settlement): string {
  return `${body.slice(0, -1)},"usage":${JSON.stringify({ units, ...(remaining === undefined ? {} : { remaining }) })}}`;
}
