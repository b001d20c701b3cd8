/**
 * The promise that money rests on: whatever happens, units charged = architectures answered.
 *
 * Requests, retries, crashes of the Worker and of the account's object, lost messages, alarms and their replays
 * are interleaved at will over the real ledger on SQLite.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Account, Settlement } from '../../src/accounts/account.ts';
import { type PresentedKey, readKey } from '../../src/accounts/api-key.ts';
import type { Attempt } from '../../src/accounts/ledger.ts';
import type { MeteringEvent, Sink } from '../../src/accounts/outbox.ts';
import { isRefusal } from '../../src/accounts/refusal.ts';
import { localAccount, PEPPER, UNLIMITED } from './local-account.ts';

const DAYS = { from: '2026-01-01', to: '2026-12-31' };

/** Longest that a Worker is at work on one call. */
const CALL_SECONDS = 3_600;

/** What somebody wants scored, again and again: a client with one Idempotency-Key or without, or a search's step. */
interface Wish {
  readonly units: number;
  readonly by: 'client' | 'client-with-key' | 'search';
}

/** One try of a wish: a Worker at work on it, until it has answered or died. */
interface Call {
  readonly wish: number;
  readonly attempt: Attempt;
  readonly since: number;
  stage: 'begun' | 'committed' | 'over';
}

type Event =
  | { readonly type: 'ask'; readonly wish: number }
  /** The account is asked to commit; whether its reply arrives is another matter. */
  | { readonly type: 'commit'; readonly call: number; readonly replyLost: boolean }
  | { readonly type: 'fail'; readonly call: number }
  | { readonly type: 'kill-worker'; readonly call: number }
  | { readonly type: 'kill-account' }
  | { readonly type: 'wait'; readonly seconds: number }
  | { readonly type: 'alarm'; readonly sink: 'takes' | 'fails' | 'takes-and-fails' | 'takes-half' };

const number = fc.nat({ max: 30 });

const event: fc.Arbitrary<Event> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ type: fc.constant('ask' as const), wish: number }) },
  {
    weight: 6,
    arbitrary: fc.record({ type: fc.constant('commit' as const), call: number, replyLost: fc.boolean() }),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('fail' as const), call: number }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('kill-worker' as const), call: number }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('kill-account' as const) }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('wait' as const), seconds: fc.nat({ max: 90 }) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      type: fc.constant('alarm' as const),
      sink: fc.constantFrom('takes', 'fails', 'takes-and-fails', 'takes-half'),
    }),
  },
);

const wish: fc.Arbitrary<Wish> = fc.record({
  units: fc.integer({ min: 1, max: 9 }),
  by: fc.constantFrom('client', 'client-with-key', 'search'),
});

const wishes = fc.array(wish, { minLength: 1, maxLength: 8 });

class World {
  private readonly wishes: readonly Wish[];
  private readonly quota: number | undefined;
  private now = Date.UTC(2026, 10, 24);
  private readonly ours;
  private readonly key: PresentedKey;
  private account: Account;
  private readonly calls: Call[] = [];
  /** Units of answers that some client has received, by charge. */
  private readonly received = new Map<string, number>();
  /** Units that clients were told they were charged by the very call. */
  private reported = 0;
  /** Units of commits whose reply was lost and not asked for again. */
  private readonly inDoubt = new Map<string, number>();
  private readonly answers = new Map<number, Uint8Array>();
  /** What the sink has counted, each id once. */
  private readonly exported = new Map<string, number>();

  constructor(wishes: readonly Wish[], quota: number | undefined) {
    this.wishes = wishes;
    this.quota = quota;
    const plan = quota === undefined ? UNLIMITED : { ...UNLIMITED, unitsPerMonth: quota };
    this.ours = localAccount(plan, () => this.now);
    const key = readKey(this.ours.key().text, PEPPER);
    if (typeof key === 'string') throw new Error(key);
    this.key = key;
    this.account = this.ours.account;
  }

  async happen(event: Event): Promise<void> {
    switch (event.type) {
      case 'ask':
        return this.ask(event.wish % this.wishes.length);
      case 'commit':
        return this.commit(this.call(event.call), event.replyLost);
      case 'fail':
        return this.fail(this.call(event.call));
      case 'kill-worker': {
        const call = this.call(event.call);
        if (call !== undefined) call.stage = 'over';
        return;
      }
      case 'kill-account':
        this.account = this.ours.restarted();
        return;
      case 'wait':
        this.now += 1_000 * event.seconds;
        for (const call of this.calls) if (call.since + 1_000 * CALL_SECONDS <= this.now) call.stage = 'over';
        return;
      case 'alarm':
        return this.alarm(event.sink);
    }
  }

  private call(chosen: number): Call | undefined {
    const open = this.calls.filter(({ stage }) => stage !== 'over');
    return open[chosen % Math.max(1, open.length)];
  }

  private ask(wish: number): void {
    const { units, by } = this.wishes[wish] ?? { units: 1, by: 'client' };
    const call = `call ${this.calls.length}`;
    const identity = {
      client: { id: call, holder: call, remembered: CALL_SECONDS },
      'client-with-key': { id: `key ${wish}`, holder: call, request: `wish ${wish}`, remembered: 86_400 },
      search: { id: `search ${wish}`, holder: `search ${wish}`, remembered: 86_400 },
    }[by];
    const kind = by === 'search' ? 'search' : 'score';
    const attempt: Attempt = { ...identity, key: this.key.id, kind, units };
    const begun =
      by === 'search'
        ? { answered: this.account.reserve(attempt) }
        : this.account.begin(this.key, 'score', attempt);
    if (isRefusal(begun)) {
      expect(['quota-exceeded', 'idempotency-key-in-use']).toContain(begun.refused);
      return;
    }
    if (begun.answered !== undefined && isRefusal(begun.answered)) {
      expect(begun.answered.refused).toBe('quota-exceeded');
      return;
    }
    const begunCall: Call = { wish, attempt, since: this.now, stage: 'begun' };
    this.calls.push(begunCall);
    if (begun.answered !== undefined) this.receive(begunCall, begun.answered);
  }

  private commit(call: Call | undefined, replyLost: boolean): void {
    if (call === undefined) return;
    const answer = call.attempt.request === undefined ? undefined : this.answerOf(call);
    const settled = this.account.commit(call.attempt, answer);
    if (isRefusal(settled)) {
      expect(settled.refused).toBe('quota-exceeded');
      call.stage = 'over';
    } else if (replyLost) {
      call.stage = 'committed';
      if (!this.received.has(call.attempt.id)) this.inDoubt.set(call.attempt.id, settled.units);
    } else {
      this.receive(call, settled);
    }
  }

  /** Two calls never work out the same bytes here, so that a replay shows whose answer it is. */
  private answerOf({ wish, attempt }: Call): Uint8Array {
    return new TextEncoder().encode(`${wish} as ${attempt.holder} has it`);
  }

  private receive(call: Call, settled: Settlement): void {
    call.stage = 'over';
    this.received.set(call.attempt.id, settled.units);
    this.inDoubt.delete(call.attempt.id);
    // A step that is replayed is told again what it was charged; nobody adds that up.
    if (call.attempt.kind === 'score') this.reported += settled.charged;
    if (settled.answer === undefined) return;
    const before = this.answers.get(call.wish);
    if (before === undefined) this.answers.set(call.wish, settled.answer);
    else expect(settled.answer).toEqual(before);
  }

  private fail(call: Call | undefined): void {
    if (call === undefined || call.stage === 'committed') return;
    this.account.release(call.attempt);
    call.stage = 'over';
  }

  private async alarm(behaviour: 'takes' | 'fails' | 'takes-and-fails' | 'takes-half'): Promise<void> {
    this.account.ledger.forget(this.now);
    this.account.outbox.seal(this.now);
    const sink: Sink = {
      needsCustomer: false,
      deliver: async (events) => {
        if (behaviour === 'fails') throw new Error('the sink is down');
        const taken = behaviour === 'takes-half' ? events.filter((_, i) => i % 2 === 0) : events;
        for (const each of taken) this.count(each);
        if (behaviour === 'takes-and-fails') throw new Error('the answer of the sink was lost');
        return taken.map(({ id }) => id);
      },
    };
    await this.account.outbox.send(sink, { account: this.ours.id }).catch(() => false);
  }

  private count({ id, units }: MeteringEvent): void {
    const before = this.exported.get(id);
    if (before !== undefined) expect(units).toBe(before);
    this.exported.set(id, units);
  }

  async judge(): Promise<void> {
    const charged = this.account.usage(DAYS, 'day').reduce((sum, { units }) => sum + units, 0);
    const sum = (units: Iterable<number>): number => [...units].reduce((a, b) => a + b, 0);
    expect(charged).toBe(sum(this.received.values()) + sum(this.inDoubt.values()));
    if (this.quota !== undefined) expect(charged).toBeLessThanOrEqual(this.quota);

    // Whoever is in doubt and has an Idempotency-Key asks again, and then everybody has an answer.
    for (const call of this.calls) {
      if (this.inDoubt.has(call.attempt.id) && call.attempt.request !== undefined) this.ask(call.wish);
    }
    for (const { attempt } of this.calls) {
      if (attempt.request !== undefined) expect(this.inDoubt.has(attempt.id)).toBe(false);
    }
    expect(this.account.usage(DAYS, 'kind').reduce((all, { units }) => all + units, 0)).toBe(charged);
    // What the headers of received answers said, and what was charged to calls whose answer was lost.
    expect(this.reported).toBeLessThanOrEqual(charged);

    await this.alarm('takes');
    expect(sum(this.exported.values())).toBe(charged);
  }
}

test('units charged = architectures answered, whatever is interleaved with what', async () => {
  await fc.assert(
    fc.asyncProperty(
      wishes,
      fc.option(fc.integer({ min: 0, max: 30 }), { nil: undefined }),
      fc.array(event, { minLength: 1, maxLength: 100, size: 'max' }),
      async (wishes, quota, events) => {
        const world = new World(wishes, quota);
        for (const each of events) await world.happen(each);
        await world.judge();
      },
    ),
    { numRuns: 500 },
  );
});

test('a crash in the middle of a commit leaves neither a charge nor an answer', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 12 }), (statements) => {
      const { account, database, key, restarted } = localAccount();
      const attempt: Attempt = {
        id: 'key:a',
        holder: 'a',
        request: 'a',
        key: key().id,
        kind: 'score',
        units: 3,
        remembered: 86_400,
      };
      let left = statements;
      const { all } = database;
      database.all = (...asked) => {
        if (left === 0) throw new Error('the power went off');
        left -= 1;
        return all(...asked);
      };
      let survived = true;
      try {
        account.commit(attempt, new Uint8Array([1]));
      } catch {
        survived = false;
      }
      database.all = all;
      const again = restarted();
      expect(again.usage(DAYS, 'day')).toHaveLength(survived ? 1 : 0);
      const settled = again.commit(attempt, new Uint8Array([2]));
      if (isRefusal(settled)) throw new Error(settled.refused);
      expect(settled.answer).toEqual(survived ? new Uint8Array([1]) : undefined);
      expect(again.usage(DAYS, 'day')).toMatchObject([{ units: 3, requests: 1 }]);
    }),
  );
});
