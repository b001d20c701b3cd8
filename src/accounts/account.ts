/**
 * One account: who may call, how often and how much, and what was charged. Pure but for the database and the
 * clock that are passed in; `account-object.ts` keeps one alive at the edge.
 *
 * A metered call is two questions. `begin` asks whether the work may be done and holds units for it; `commit`
 * charges them and keeps the answer, in one transaction, before anybody sees it. Whatever dies in between has
 * charged nothing, and whatever is asked again after `commit` is told what was answered.
 */
import type { MintedKey, PresentedKey } from './api-key.ts';
import { secondsToNextMonth } from './calendar.ts';
import { type Database, integer, text } from './database.ts';
import { type KeyRecord, Keyring, type KeyTerms, type Scope } from './keyring.ts';
import { type Attempt, type Entry, type Group, Ledger, type Period, type UsageRow } from './ledger.ts';
import { Outbox } from './outbox.ts';
import type { Plan, Plans } from './plans.ts';
import { isRefusal, type Refusal } from './refusal.ts';
import { Reservations } from './reservations.ts';
import { TokenBucket } from './token-bucket.ts';

/** What is known of an account beside its keys and its usage. */
export interface Profile {
  readonly id: string;
  readonly name: string;
  readonly plan: string;
  /** Whom Stripe sends the invoice. */
  readonly stripeCustomer?: string;
  readonly created: number;
}

/** What an account may still use. */
export interface Standing {
  readonly plan: Plan;
  /** Requests that may be made at once. */
  readonly requests: number;
}

/** Units of the month, where the plan limits them. */
export interface Units {
  readonly quota: number;
  readonly remaining: number;
  /** Seconds until the month is over. */
  readonly reset: number;
}

/** The call is let in. */
export interface Admission {
  readonly standing: Standing;
}

/** The work may begin, or was done before. */
export interface Beginning extends Admission {
  readonly answered?: Settlement;
}

/** The work is charged. */
export interface Settlement {
  readonly units: number;
  /** Units that the month had left when it was charged; absent where nothing limits them. */
  readonly remaining?: number;
  /** The units that this very call is charged: 0 where another one was. */
  readonly charged: number;
  /** What was answered, where the charge was made before and its answer kept. */
  readonly answer?: Uint8Array;
  readonly month?: Units;
}

/** Something that an administrator did. */
export interface AuditRecord {
  readonly number: number;
  readonly time: number;
  /** Where the call came from. */
  readonly from: string;
  readonly action: string;
  readonly detail: string;
}

/** Longest that work may take between `begin` and `commit` to be sure of its units. */
const HOLD_SECONDS = 60;

export class Account {
  private readonly database: Database;
  private readonly plans: Plans;
  private readonly clock: () => number;
  private readonly keyring: Keyring;
  readonly ledger: Ledger;
  readonly outbox: Outbox;
  private readonly bucket = new TokenBucket();
  private readonly reservations = new Reservations();
  /** The plan, as every call asks for it. */
  private known: Plan | undefined;

  /** @param clock milliseconds since the epoch */
  private constructor(database: Database, plans: Plans, clock: () => number) {
    this.database = database;
    this.plans = plans;
    this.clock = clock;
    this.keyring = new Keyring(database);
    this.ledger = new Ledger(database);
    this.outbox = new Outbox(database);
    for (const statement of [
      `CREATE TABLE IF NOT EXISTS profile (
         id TEXT PRIMARY KEY, name TEXT NOT NULL, plan TEXT NOT NULL, customer TEXT, created INTEGER NOT NULL
       )`,
      `CREATE TABLE IF NOT EXISTS audit (
         number INTEGER PRIMARY KEY AUTOINCREMENT, time INTEGER NOT NULL, origin TEXT NOT NULL,
         action TEXT NOT NULL, detail TEXT NOT NULL
       )`,
    ]) {
      database.all(statement);
    }
  }

  /** The account that a database holds, if it holds one. Writes nothing where there is none. */
  static open(database: Database, plans: Plans, clock: () => number): Account | undefined {
    const exists = database.all("SELECT 1 FROM sqlite_master WHERE name = 'profile'").length > 0;
    return exists ? new Account(database, plans, clock) : undefined;
  }

  /** Makes an account in an empty database. */
  static create(
    database: Database,
    plans: Plans,
    clock: () => number,
    { id, name, plan, stripeCustomer }: Omit<Profile, 'created'>,
    from: string,
  ): Account {
    return database.atomically(() => {
      const account = new Account(database, plans, clock);
      database.all(
        'INSERT INTO profile (id, name, plan, customer, created) VALUES (?, ?, ?, ?, ?)',
        id,
        name,
        plan,
        stripeCustomer ?? null,
        clock(),
      );
      account.note(from, 'create-account', `name ${JSON.stringify(name)}, plan ${plan}`);
      return account;
    });
  }

  profile(): Profile {
    const [row] = this.database.all('SELECT * FROM profile');
    if (row === undefined) throw new Error('an account without a profile');
    return {
      id: text(row, 'id'),
      name: text(row, 'name'),
      plan: text(row, 'plan'),
      ...(row.customer === null ? {} : { stripeCustomer: text(row, 'customer') }),
      created: integer(row, 'created'),
    };
  }

  private plan(): Plan {
    if (this.known !== undefined) return this.known;
    const { plan: name } = this.profile();
    const plan = this.plans[name];
    // Serving without limits because a plan was renamed would be worse than not serving.
    if (plan === undefined) throw new Error(`the plan ${name} of an account is not configured`);
    this.known = plan;
    return plan;
  }

  // Calls.

  /**
   * Lets a call in that costs nothing.
   *
   * @param scope what the key has to open, if that matters
   */
  admit(key: PresentedKey, scope?: Scope): Admission | Refusal {
    const now = this.clock();
    const refusal = this.keyring.refusal(key, scope, now);
    if (refusal !== undefined) return refusal;
    const plan = this.plan();
    const taken = this.bucket.take(now, { perSecond: plan.requestsPerSecond, burst: plan.burst });
    if ('wait' in taken) {
      const detail = `at most ${plan.requestsPerSecond} requests a second, and ${plan.burst} at once`;
      return { refused: 'rate-limited', detail, retryAfter: Math.ceil(taken.wait) };
    }
    return { standing: { plan, requests: taken.left } };
  }

  /** Lets a call in that costs units, and holds them. */
  begin(key: PresentedKey, scope: Scope, attempt: Attempt): Beginning | Refusal {
    const admission = this.admit(key, scope);
    if (isRefusal(admission)) return admission;
    const answered = this.reserve(attempt);
    if (answered === undefined) return admission;
    return isRefusal(answered) ? answered : { ...admission, answered };
  }

  /**
   * Holds units for work that is about to begin.
   *
   * @returns nothing, or how the same work was charged before
   */
  reserve(attempt: Attempt): Settlement | Refusal | undefined {
    const now = this.clock();
    const { id, holder, units } = attempt;
    const before = this.before(attempt, now);
    if (before !== undefined) return before;
    const other = this.reservations.holder(id, now);
    if (other !== undefined && other !== holder) {
      const detail = 'the same call is being answered; ask again for its answer';
      return { refused: 'idempotency-key-in-use', detail, retryAfter: 1 };
    }
    const refusal = this.overQuota(attempt, now);
    if (refusal !== undefined) return refusal;
    this.reservations.hold(id, { holder, units, deadline: now + 1_000 * HOLD_SECONDS });
    return undefined;
  }

  /**
   * Charges work that is done; again and again if need be, as it is charged once.
   *
   * @param answer to be kept for whoever asks the same again
   */
  commit(attempt: Attempt, answer?: Uint8Array): Settlement | Refusal {
    const now = this.clock();
    const { id, holder, units } = attempt;
    const settled = this.database.atomically((): Settlement | Refusal => {
      const before = this.before(attempt, now);
      if (before !== undefined) return before;
      // A promise of units is kept, whatever became of the quota meanwhile.
      const promised = this.reservations.holder(id, now) === holder;
      const refusal = promised ? undefined : this.overQuota(attempt, now);
      if (refusal !== undefined) return refusal;
      const { unitsPerMonth: quota } = this.plan();
      const remaining = this.ledger.enter(attempt, answer, quota, now);
      if (quota === undefined || remaining === undefined) return { units, charged: units };
      return {
        units,
        charged: units,
        remaining,
        month: { quota, remaining, reset: secondsToNextMonth(now) },
      };
    });
    this.reservations.release(id, holder);
    return settled;
  }

  /** Gives units back that nothing was done with. */
  release({ id, holder }: Pick<Attempt, 'id' | 'holder'>): void {
    this.reservations.release(id, holder);
  }

  private before({ id, holder, request }: Attempt, now: number): Settlement | Refusal | undefined {
    const entry: Entry | undefined = this.ledger.find(id, now);
    if (entry === undefined) return undefined;
    if (entry.request !== request) {
      const detail = 'the Idempotency-Key was used before, with another request';
      return { refused: 'idempotency-key-reused', detail };
    }
    const { units, remaining, answer } = entry;
    return {
      units,
      charged: entry.holder === holder ? units : 0,
      ...(remaining === undefined ? {} : { remaining }),
      ...(answer === undefined ? {} : { answer }),
      ...this.month(now),
    };
  }

  private overQuota({ id, units }: Attempt, now: number): Refusal | undefined {
    const { unitsPerMonth, overage } = this.plan();
    if (unitsPerMonth === undefined || overage) return undefined;
    const left = unitsPerMonth - this.ledger.spent(now) - this.reservations.unitsBeside(id, now);
    if (units <= left) return undefined;
    const detail = `${units} units are needed, and ${Math.max(0, left)} of ${unitsPerMonth} are left this month`;
    return { refused: 'quota-exceeded', detail, retryAfter: secondsToNextMonth(now) };
  }

  private month(now: number): { readonly month?: Units } {
    const { unitsPerMonth: quota } = this.plan();
    if (quota === undefined) return {};
    const remaining = Math.max(0, quota - this.ledger.spent(now));
    return { month: { quota, remaining, reset: secondsToNextMonth(now) } };
  }

  usage(period: Period, group: Group): UsageRow[] {
    return this.ledger.usage(period, group);
  }

  // Administration. Each action and its record are one transaction.

  keys(): KeyRecord[] {
    return this.keyring.list();
  }

  audit(): AuditRecord[] {
    return this.database.all('SELECT * FROM audit ORDER BY number').map((row) => ({
      number: integer(row, 'number'),
      time: integer(row, 'time'),
      from: text(row, 'origin'),
      action: text(row, 'action'),
      detail: text(row, 'detail'),
    }));
  }

  /** @param key made by `mintKey`; its text does not come here */
  addKey(key: Omit<MintedKey, 'text'>, terms: KeyTerms, from: string): void {
    this.database.atomically(() => {
      this.keyring.add(key, terms, this.clock());
      const until = terms.expires === undefined ? '' : `, until ${new Date(terms.expires).toISOString()}`;
      const scopes = terms.scopes.join(' ');
      this.note(from, 'add-key', `${key.id} ${JSON.stringify(terms.name)}, scopes ${scopes}${until}`);
    });
  }

  /**
   * Puts a key in the place of another one, on its terms.
   *
   * @param overlap seconds for which the old key still works
   * @returns its terms, or nothing when there is no such key, or it was revoked
   */
  rotateKey(old: string, key: Omit<MintedKey, 'text'>, overlap: number, from: string): KeyTerms | undefined {
    return this.database.atomically(() => {
      const terms = this.keyring.list().find(({ id, revoked }) => id === old && revoked === undefined);
      if (terms === undefined) return undefined;
      const now = this.clock();
      this.keyring.add(key, terms, now);
      if (overlap === 0) this.keyring.revoke(old, now);
      else this.keyring.expire(old, now + 1_000 * overlap);
      this.note(from, 'rotate-key', `${old} by ${key.id}, overlapping for ${overlap} s`);
      const { name, scopes, expires } = terms;
      return { name, scopes, ...(expires === undefined ? {} : { expires }) };
    });
  }

  /** @returns whether there is such a key */
  revokeKey(id: string, from: string): boolean {
    return this.database.atomically(() => {
      if (!this.keyring.list().some((key) => key.id === id)) return false;
      this.keyring.revoke(id, this.clock());
      this.note(from, 'revoke-key', id);
      return true;
    });
  }

  /** Changes what is given. */
  change(changed: { plan?: string; name?: string; stripeCustomer?: string }, from: string): Profile {
    this.known = undefined;
    return this.database.atomically(() => {
      const { name, plan, stripeCustomer } = { ...this.profile(), ...changed };
      this.database.all(
        'UPDATE profile SET name = ?, plan = ?, customer = ?',
        name,
        plan,
        stripeCustomer ?? null,
      );
      this.note(from, 'change-account', JSON.stringify(changed));
      return this.profile();
    });
  }

  private note(from: string, action: string, detail: string): void {
    this.database.all(
      'INSERT INTO audit (time, origin, action, detail) VALUES (?, ?, ?, ?)',
      this.clock(),
      from,
      action,
      detail,
    );
  }
}
