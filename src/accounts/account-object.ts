/** The Durable Object that keeps one account: its name is the account's id. */
import { DurableObject } from 'cloudflare:workers';
import {
  Account,
  type Admission,
  type AuditRecord,
  type Beginning,
  type Profile,
  type Settlement,
} from './account.ts';
import type { PresentedKey } from './api-key.ts';
import type { Database } from './database.ts';
import type { KeyRecord, KeyTerms, Scope } from './keyring.ts';
import type { Attempt, Group, Period, UsageRow } from './ledger.ts';
import type { Sink } from './outbox.ts';
import { type Plans, readPlans } from './plans.ts';
import type { Refusal } from './refusal.ts';
import { type SinkBindings, sinkOf } from './sinks/configured.ts';

export interface AccountBindings extends SinkBindings {
  /** As `plans.ts` has them. */
  readonly PLANS: unknown;
  /** Seconds between two exports of usage. */
  readonly USAGE_EXPORT_SECONDS: number;
}

/** An account as administrators see it. */
export interface Overview {
  readonly profile: Profile;
  /** Events of its usage that are still to be exported. */
  readonly unexported: number;
}

const UNKNOWN: Refusal = { refused: 'key-unknown', detail: 'the key is not known here' };

/** Least pause between two rounds of forgetting charges. */
const FORGET_MS = 60_000;
/** Longest pause before a sink that fails is asked again. */
const MAX_BACKOFF_MS = 3_600_000;

const durable = (storage: DurableObjectStorage): Database => ({
  all: (statement, ...bindings) => storage.sql.exec(statement, ...bindings).toArray(),
  atomically: (work) => storage.transactionSync(work),
});

export class AccountObject extends DurableObject<AccountBindings> {
  private readonly database: Database;
  private readonly plans: Plans;
  private readonly sink: Sink | undefined;
  private account: Account | undefined;
  /** When the alarm rings, in milliseconds since the epoch. */
  private alarmAt: number | undefined;
  /** Deliveries that failed in a row, and when the next one is due. */
  private failures = 0;
  private retryAt = 0;

  constructor(state: DurableObjectState, bindings: AccountBindings) {
    super(state, bindings);
    this.database = durable(state.storage);
    this.plans = readPlans(bindings.PLANS);
    this.sink = sinkOf(bindings);
    // Asked about an account that was never made, the object stores nothing.
    this.account = Account.open(this.database, this.plans, Date.now);
    if (this.account === undefined) return;
    void state.blockConcurrencyWhile(async () => {
      this.alarmAt = (await state.storage.getAlarm()) ?? undefined;
    });
  }

  admit(key: PresentedKey, scope?: Scope): Admission | Refusal {
    return this.account?.admit(key, scope) ?? UNKNOWN;
  }

  begin(key: PresentedKey, scope: Scope, attempt: Attempt): Beginning | Refusal {
    return this.account?.begin(key, scope, attempt) ?? UNKNOWN;
  }

  reserve(attempt: Attempt): Settlement | Refusal | undefined {
    return this.account === undefined ? UNKNOWN : this.account.reserve(attempt);
  }

  commit(attempt: Attempt, answer?: Uint8Array): Settlement | Refusal {
    if (this.account === undefined) return UNKNOWN;
    const settled = this.account.commit(attempt, answer);
    const now = Date.now();
    // In the same turn as the charge, so that both are kept or neither.
    this.wakeBy(now + Math.max(FORGET_MS, 1_000 * attempt.remembered));
    if (this.sink !== undefined) this.wakeBy(this.exportDue(now));
    return settled;
  }

  release(attempt: Pick<Attempt, 'id' | 'holder'>): void {
    this.account?.release(attempt);
  }

  usage(period: Period, group: Group): UsageRow[] {
    return this.account?.usage(period, group) ?? [];
  }

  // Administration: `undefined` says that there is no such account.

  create(profile: Omit<Profile, 'created'>, from: string): Profile {
    this.account ??= Account.create(this.database, this.plans, Date.now, profile, from);
    return this.account.profile();
  }

  overview(): Overview | undefined {
    if (this.account === undefined) return undefined;
    return { profile: this.account.profile(), unexported: this.account.outbox.size() };
  }

  change(
    changed: { plan?: string; name?: string; stripeCustomer?: string },
    from: string,
  ): Profile | undefined {
    const profile = this.account?.change(changed, from);
    if (this.sink !== undefined && profile !== undefined) this.wakeBy(this.exportDue(Date.now()));
    return profile;
  }

  keys(): KeyRecord[] | undefined {
    return this.account?.keys();
  }

  addKey(key: PresentedKey, terms: KeyTerms, from: string): boolean {
    this.account?.addKey(key, terms, from);
    return this.account !== undefined;
  }

  rotateKey(old: string, key: PresentedKey, overlap: number, from: string): KeyTerms | undefined {
    return this.account?.rotateKey(old, key, overlap, from);
  }

  revokeKey(id: string, from: string): boolean {
    return this.account?.revokeKey(id, from) ?? false;
  }

  audit(): AuditRecord[] | undefined {
    return this.account?.audit();
  }

  /** Exports usage, and forgets what has been remembered for long enough. */
  override async alarm(): Promise<void> {
    this.alarmAt = undefined;
    const { account, sink } = this;
    if (account === undefined) return;
    account.ledger.forget(Date.now());
    if (sink !== undefined) await this.export(account, sink);
    const forget = account.ledger.nextToForget();
    if (forget !== undefined) this.wakeBy(Math.max(forget, Date.now() + FORGET_MS));
  }

  private async export(account: Account, sink: Sink): Promise<void> {
    const { id, stripeCustomer } = account.profile();
    if (sink.needsCustomer && stripeCustomer === undefined) return;
    account.outbox.seal(Date.now());
    const owner = { account: id, ...(stripeCustomer === undefined ? {} : { customer: stripeCustomer }) };
    try {
      this.failures = (await account.outbox.send(sink, owner)) ? 0 : this.failures + 1;
    } catch (error) {
      console.error('usage was not exported', error);
      this.failures += 1;
    }
    if (this.failures === 0) {
      this.retryAt = 0;
      if (account.outbox.isUnsealed()) this.wakeBy(this.exportDue(Date.now()));
      return;
    }
    const pause = 1_000 * this.env.USAGE_EXPORT_SECONDS * 2 ** Math.min(this.failures - 1, 12);
    this.retryAt = Date.now() + Math.min(pause, MAX_BACKOFF_MS);
    this.wakeBy(this.retryAt);
  }

  private exportDue(now: number): number {
    return Math.max(now + 1_000 * this.env.USAGE_EXPORT_SECONDS, this.retryAt);
  }

  private wakeBy(at: number): void {
    if (this.alarmAt !== undefined && this.alarmAt <= at) return;
    this.alarmAt = at;
    void this.ctx.storage.setAlarm(at);
  }
}
