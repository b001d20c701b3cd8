/**
 * Usage on its way to whoever writes the invoices. What was charged since the last time is sealed into events
 * with an id and a number of units that never change again; an event is sent until the sink has said yes, so at
 * least once, and the id lets the sink count it once.
 */
import { type Database, integer, text } from './database.ts';
import type { Kind } from './ledger.ts';

export interface MeteringEvent {
  /** `<account>.<number>`: stable over all deliveries. */
  readonly id: string;
  readonly account: string;
  /** The customer at Stripe, where the account has one. */
  readonly customer?: string;
  /** When it was sealed, in milliseconds since the epoch. */
  readonly time: number;
  readonly day: string;
  readonly key: string;
  readonly kind: Kind;
  readonly units: number;
}

/** Takes events. */
export interface Sink {
  /** Whether it knows accounts by their customer at Stripe, so that others have to wait for one. */
  readonly needsCustomer: boolean;
  /**
   * @returns the ids of the events that it has taken, now or before
   * @throws when it is not known what became of them
   */
  readonly deliver: (events: readonly MeteringEvent[]) => Promise<readonly string[]>;
}

/** Events in one delivery. */
const BATCH = 100;

export class Outbox {
  private readonly database: Database;

  constructor(database: Database) {
    this.database = database;
    database.all(
      // AUTOINCREMENT: a number is not given again after its event has left.
      `CREATE TABLE IF NOT EXISTS outbox (
         number INTEGER PRIMARY KEY AUTOINCREMENT, time INTEGER NOT NULL, day TEXT NOT NULL, key TEXT NOT NULL,
         kind TEXT NOT NULL, units INTEGER NOT NULL
       )`,
    );
  }

  /** Makes events of what the ledger counted since the last time. */
  seal(now: number): void {
    this.database.atomically(() => {
      this.database.all(
        `INSERT INTO outbox (time, day, key, kind, units)
         SELECT ?, day, key, kind, units - exported FROM usage WHERE units > exported ORDER BY day, key, kind`,
        now,
      );
      this.database.all('UPDATE usage SET exported = units WHERE units > exported');
    });
  }

  /** Whether something was charged that no event says yet. */
  isUnsealed(): boolean {
    return this.database.all('SELECT 1 FROM usage WHERE units > exported LIMIT 1').length > 0;
  }

  /** Events that no sink has taken. */
  size(): number {
    return integer(this.database.all('SELECT count(*) AS events FROM outbox')[0], 'events');
  }

  /**
   * Sends what there is.
   *
   * @returns whether everything was taken
   */
  async send(
    sink: Sink,
    { account, customer }: { readonly account: string; readonly customer?: string },
  ): Promise<boolean> {
    let after = 0;
    let complete = true;
    for (;;) {
      const rows = this.database.all(
        'SELECT * FROM outbox WHERE number > ? ORDER BY number LIMIT ?',
        after,
        BATCH,
      );
      if (rows.length === 0) return complete;
      const numbers = new Map(
        rows.map((row) => [`${account}.${integer(row, 'number')}`, integer(row, 'number')]),
      );
      const events = rows.map((row) => ({
        id: `${account}.${integer(row, 'number')}`,
        account,
        ...(customer === undefined ? {} : { customer }),
        time: integer(row, 'time'),
        day: text(row, 'day'),
        key: text(row, 'key'),
        kind: text(row, 'kind') as Kind,
        units: integer(row, 'units'),
      }));
      // A sink that fails is asked again later, for all that is left.
      const taken = await sink.deliver(events);
      for (const id of taken) {
        const number = numbers.get(id);
        if (number !== undefined) this.database.all('DELETE FROM outbox WHERE number = ?', number);
      }
      complete &&= taken.length === events.length;
      after = integer(rows.at(-1), 'number');
    }
  }
}
