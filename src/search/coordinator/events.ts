/** A search as it runs, to be watched: as server-sent events, or over a WebSocket. */
import type { SearchEvent, SearchStore } from './store.ts';

const PAGE = 64;
/** Proxies close connections on which nothing is said. */
const HEARTBEAT_MS = 15_000;
/** The last event of a search. */
const END = 'end';

/** Wakes those who wait for a search to change. */
export class Changes {
  private waiting: (() => void)[] = [];

  announce(): void {
    const woken = this.waiting;
    this.waiting = [];
    for (const wake of woken) wake();
  }

  /** Resolves at the next change, or after the time is over. */
  next(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      this.waiting.push(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  }
}

const record = ({ id, type, data }: SearchEvent): string => `id: ${id}\nevent: ${type}\ndata: ${data}\n\n`;

/**
 * The events after the given one, as `text/event-stream`, until the search ends. Events are read from the storage
 * as fast as the client takes them: a slow one holds nothing up and fills no memory.
 */
export function eventStream(store: SearchStore, changes: Changes, after: number): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  let at = after;
  let over = false;
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      while (!over) {
        const events = store.exists() ? store.events(at, PAGE) : [];
        const last = events.at(-1);
        if (last !== undefined) {
          at = last.id;
          controller.enqueue(encoder.encode(events.map(record).join('')));
          over = last.type === END;
          if (over) controller.close();
          return;
        }
        if (!store.exists() || store.standing().status !== 'running') {
          over = true;
          controller.close();
          return;
        }
        const before = Date.now();
        await changes.next(HEARTBEAT_MS);
        if (!over && Date.now() - before >= HEARTBEAT_MS) {
          controller.enqueue(encoder.encode(': still running\n\n'));
          return;
        }
      }
    },
    cancel() {
      over = true;
      changes.announce();
    },
  });
}

/** What a socket has been sent survives hibernation with it. */
interface Attachment {
  readonly sent: number;
}

/** Sends a socket what it has not been sent. JSON: `{"id", "type", "data"}`. */
export function bringUpToDate(socket: WebSocket, store: SearchStore): void {
  let { sent } = socket.deserializeAttachment() as Attachment;
  for (;;) {
    const events = store.events(sent, PAGE);
    for (const { id, type, data } of events) {
      socket.send(`{"id":${id},"type":${JSON.stringify(type)},"data":${data}}`);
      sent = id;
    }
    if (events.length > 0) socket.serializeAttachment({ sent } satisfies Attachment);
    if (events.at(-1)?.type === END) socket.close(1_000, 'the search has ended');
    if (events.length < PAGE) return;
  }
}

/** Marks a new socket with the event that its client has seen last. */
export const attach = (socket: WebSocket, after: number): void =>
  socket.serializeAttachment({ sent: after } satisfies Attachment);
