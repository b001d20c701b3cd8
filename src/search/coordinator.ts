/**
 * The Durable Object that conducts one search: it owns the state, stateless workers score. Steps are made from the
 * alarm, which the platform rings again after a crash.
 */
import { DurableObject } from 'cloudflare:workers';
import { spaceOf } from '../spaces/registry.ts';
import { Conductor, type Means, type Next } from './coordinator/conductor.ts';
import { attach, bringUpToDate, Changes, eventStream } from './coordinator/events.ts';
import type { SearchOrder } from './coordinator/order.ts';
import {
  type SearchSnapshot,
  type SearchSummary,
  type StartedSearch,
  snapshotOf,
  summaryOf,
} from './coordinator/snapshot.ts';
import { SearchStore } from './coordinator/store.ts';
import { deliver } from './coordinator/webhook.ts';
import { startSearch } from './search.ts';

const DAY_MS = 86_400_000;
/** How long one alarm goes on making steps before it rings again: a Worker may make 1,000 calls in one go. */
const STEPS_PER_ALARM = 100;
const ALARM_MS = 10_000;
/**
 * Between two steps. Where scores come from the same process they come without a turn of the event loop, and
 * whoever watches or cancels waits: for 20 seconds without this, for 2.5 with 1 ms, for 0.1 with 5, and the search
 * takes as long as before.
 */
const TURN_MS = 5;
const CHARGE_PAUSE_MS = 10_000;

export abstract class Coordinator extends DurableObject<Cloudflare.Env> {
  private readonly store: SearchStore;
  private readonly changes = new Changes();
  private conductor: Conductor | undefined;

  constructor(state: DurableObjectState, bindings: Cloudflare.Env) {
    super(state, bindings);
    this.store = new SearchStore(state.storage);
    void state.blockConcurrencyWhile(async () => {
      if (!this.store.exists()) return;
      // An alarm that was ringing when the process died may be gone.
      if ((await state.storage.getAlarm()) === null) await state.storage.setAlarm(Date.now());
    });
  }

  /** Who scores, and who counts. */
  protected abstract means(): Pick<Means, 'score' | 'meter'>;

  /** The search of this object, for the account that it belongs to and nobody else. */
  private conducted(account?: string): Conductor | undefined {
    if (this.conductor === undefined && this.store.exists()) {
      const means = {
        ...this.means(),
        now: Date.now,
        pause: (milliseconds: number) => scheduler.wait(milliseconds),
      };
      this.conductor = new Conductor(this.store, means, () => this.tell());
    }
    const owner = this.conductor?.order.payer.account;
    return account === undefined || account === owner ? this.conductor : undefined;
  }

  private tell(): void {
    this.changes.announce();
    for (const socket of this.ctx.getWebSockets()) bringUpToDate(socket, this.store);
  }

  /** Begins the search. Beginning it again changes nothing. */
  async start(order: SearchOrder): Promise<StartedSearch> {
    if (!this.store.exists()) {
      this.store.create(order, startSearch(spaceOf(order.space), order.settings));
      await this.ctx.storage.setAlarm(Date.now());
    }
    const started = this.started(order.payer.account);
    if (started === undefined) throw new Error('the search belongs to another account');
    return started;
  }

  /** What `start` said. */
  started(account: string): StartedSearch | undefined {
    const conductor = this.conducted(account);
    if (conductor === undefined) return undefined;
    const { webhook } = conductor.order;
    const search = snapshotOf(conductor, this.store);
    return { search, ...(webhook === undefined ? {} : { webhookSecret: webhook.secret }) };
  }

  summary(account: string): SearchSummary | undefined {
    const conductor = this.conducted(account);
    return conductor && summaryOf(conductor, this.store);
  }

  snapshot(account: string): SearchSnapshot | undefined {
    const conductor = this.conducted(account);
    return conductor && snapshotOf(conductor, this.store);
  }

  /** The space as it was ordered, and the genome of the best architecture so far. */
  best(account: string): { space: SearchOrder['space']; architecture: string | null } | undefined {
    const conductor = this.conducted(account);
    if (conductor === undefined) return undefined;
    const { best } = snapshotOf(conductor, this.store);
    return { space: conductor.order.space, architecture: best?.architecture ?? null };
  }

  /** Ends the search where it stands. Of a step that is being scored nothing counts. */
  async cancel(account: string): Promise<SearchSnapshot | undefined> {
    const conductor = this.conducted(account);
    if (conductor === undefined) return undefined;
    conductor.end('cancelled');
    await this.ctx.storage.setAlarm(Date.now());
    return snapshotOf(conductor, this.store);
  }

  override async alarm(): Promise<void> {
    const conductor = this.conducted();
    if (conductor === undefined) return;
    const next = await this.conduct(conductor);
    if (next !== 'ended') {
      await this.ctx.storage.setAlarm(Date.now() + (next === 'again' ? 0 : next.after));
      return;
    }
    await this.windUp(conductor);
  }

  private async conduct(conductor: Conductor): Promise<Next> {
    const deadline = Date.now() + ALARM_MS;
    let next: Next = 'again';
    for (let step = 0; step < STEPS_PER_ALARM && next === 'again' && Date.now() < deadline; step++) {
      next = await conductor.step();
      await scheduler.wait(TURN_MS);
    }
    return next;
  }

  /** What is left to be done once a search has ended: charges, the webhook, and one day to forget it. */
  private async windUp(conductor: Conductor): Promise<void> {
    const charged = await conductor.settle().then(
      () => true,
      (error: unknown) => {
        console.error(error);
        return false;
      },
    );
    await this.callWebhook(conductor);
    const expiry = this.expiry();
    if (charged && Date.now() >= expiry) return this.forget();
    const { next } = this.store.delivery() ?? {};
    const due = [expiry, ...(next === undefined ? [] : [next])];
    if (!charged) due.push(Date.now() + CHARGE_PAUSE_MS);
    await this.ctx.storage.setAlarm(Math.max(Date.now(), Math.min(...due)));
  }

  private expiry(): number {
    return (this.store.standing().ended ?? Date.now()) + DAY_MS * this.env.SEARCH_RETENTION_DAYS;
  }

  private async callWebhook(conductor: Conductor): Promise<void> {
    const delivery = this.store.delivery();
    const { order } = conductor;
    if (order.webhook === undefined || delivery?.next === undefined || delivery.next > Date.now()) return;
    const { webhook: _itself, ...search } = snapshotOf(conductor, this.store);
    const body = JSON.stringify({ type: `search.${search.state}`, timestamp: search.ended, data: search });
    const anywhere = this.env.WEBHOOKS_ANYWHERE === 'true';
    const message = { id: order.id, ...order.webhook, body };
    this.store.writeDelivery(await deliver(message, delivery, Date.now, anywhere));
  }

  private async forget(): Promise<void> {
    for (const socket of this.ctx.getWebSockets()) socket.close(1_000, 'the search is forgotten');
    this.conductor = undefined;
    await this.ctx.storage.deleteAlarm();
    await this.ctx.storage.deleteAll();
  }

  /** Events of the search: `?account=` is whose it is, `&after=` the last one seen. */
  override async fetch(request: Request): Promise<Response> {
    const query = new URL(request.url).searchParams;
    if (this.conducted(query.get('account') ?? '') === undefined) return new Response(null, { status: 404 });
    const after = Number(query.get('after') ?? 0);
    if (request.headers.get('Upgrade')?.toLowerCase() === 'websocket') return this.openSocket(after);
    // 204 tells an EventSource that there is nothing to come back for.
    const over = this.store.standing().status !== 'running' && this.store.events(after, 1).length === 0;
    if (over) return new Response(null, { status: 204 });
    return new Response(eventStream(this.store, this.changes, after), {
      headers: { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' },
    });
  }

  private openSocket(after: number): Response {
    const { 0: client, 1: server } = new WebSocketPair();
    this.ctx.acceptWebSocket(server);
    attach(server, after);
    bringUpToDate(server, this.store);
    return new Response(null, { status: 101, webSocket: client });
  }

  /** Clients have nothing to say here; the runtime wakes the object for what they say all the same. */
  override webSocketMessage(socket: WebSocket): void {
    socket.close(1_008, 'this socket only tells');
  }
}
