/** A search on the server, to be watched and ended from here. */
import type { z } from 'zod';
import type * as schemas from '../api/search-schemas.ts';
import { ConnectionError } from './errors.ts';
import { eventsIn } from './event-stream.ts';
import type { Transport } from './transport.ts';

export type SearchSnapshot = z.infer<typeof schemas.search>;
export type SearchEvent = z.infer<typeof schemas.searchEvent>;
export type ExportForm = z.infer<typeof schemas.bestQuery>['format'];

export interface WatchOptions {
  /** The last event that was seen already. */
  readonly after?: number;
  /** Ends the watching; the search goes on. */
  readonly signal?: AbortSignal;
}

export class Search {
  readonly id: string;
  private readonly transport: Transport;
  private readonly cancelling: AbortSignal | undefined;

  /** @param cancelling a signal that cancels the search itself */
  constructor(transport: Transport, id: string, cancelling?: AbortSignal) {
    this.transport = transport;
    this.id = id;
    this.cancelling = cancelling;
    if (cancelling?.aborted) this.cancelUnseen();
    else cancelling?.addEventListener('abort', () => this.cancelUnseen(), { once: true });
  }

  private get path(): string {
    return `/v1/searches/${encodeURIComponent(this.id)}`;
  }

  /** Nobody awaits this one: a search that cannot be cancelled now runs to its end. */
  private cancelUnseen(): void {
    this.cancel().catch(() => undefined);
  }

  /**
   * Events from the first one kept to the end of the search, each once and in order, over as many connections as
   * it takes.
   *
   * @throws the signal's reason, of this call's signal or of the one that the search was started with
   */
  async *events({ after = 0, signal }: WatchOptions = {}): AsyncGenerator<SearchEvent> {
    const signals = [signal, this.cancelling].filter((each) => each !== undefined);
    const either = signals.length === 0 ? undefined : AbortSignal.any(signals);
    let seen = after;
    for (let failures = 0; ; failures++) {
      const body = await this.transport.send(
        `${this.path}/events`,
        { headers: { Accept: 'text/event-stream', 'Last-Event-ID': String(seen) }, signal: either },
        async (answer) => (answer.status === 204 ? null : answer.body),
      );
      if (body === null) return;
      let cut = new ConnectionError('the stream ended before the search did');
      try {
        for await (const { id, type, data } of eventsIn(body)) {
          seen = Number(id);
          failures = 0;
          const event = { id: seen, type, data: JSON.parse(data) } as SearchEvent;
          yield event;
          if (event.type === 'end') return;
        }
      } catch (error) {
        either?.throwIfAborted();
        cut = new ConnectionError(`the stream was cut off: ${error}`, { cause: error });
      }
      await this.transport.wait(failures, cut, either);
    }
  }

  /** How it stands. */
  snapshot(signal?: AbortSignal): Promise<SearchSnapshot> {
    return this.transport.send(this.path, { signal }, (answer) => answer.json() as Promise<SearchSnapshot>);
  }

  /** What it came to, once it has ended. */
  async result(options: WatchOptions = {}): Promise<SearchSnapshot> {
    for await (const _ of this.events(options));
    return this.snapshot(options.signal);
  }

  /** Ends it where it stands. */
  cancel(): Promise<SearchSnapshot> {
    return this.transport.send(
      `${this.path}/cancel`,
      { method: 'POST' },
      (answer) => answer.json() as Promise<SearchSnapshot>,
    );
  }

  /** The best architecture so far, as source or data in the form. */
  best(format: ExportForm = 'arch', signal?: AbortSignal): Promise<string> {
    return this.transport.send(`${this.path}/best`, { query: { format }, signal }, (answer) => answer.text());
  }
}
