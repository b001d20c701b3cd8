/**
 * What was charged. A charge, its answer, the counts of its day and of its month are written in one transaction,
 * so that there is no moment at which an answer exists and its charge does not, or the other way round.
 */
import { dayOf, monthOf } from './calendar.ts';
import { bytes, type Database, integer, integerOrNothing, text } from './database.ts';

export type Kind = 'score' | 'search';

/** Something to be charged once, however often it is asked for. */
export interface Charge {
  /** Equal for all tries of the same thing. */
  readonly id: string;
  /** The id of the key that pays. */
  readonly key: string;
  readonly kind: Kind;
  /** Architectures scored. */
  readonly units: number;
  /** What exactly was asked for, as a digest; a charge with the same id and another one is a mistake. */
  readonly request?: string;
  /** Seconds for which the charge is remembered, so that repeating it costs nothing. */
  readonly remembered: number;
}

/** A charge and the one call that asks for it. */
export interface Attempt extends Charge {
  readonly holder: string;
}

/** A charge that was made. */
export interface Entry {
  /** The call that it was made for. */
  readonly holder: string;
  readonly units: number;
  readonly request?: string;
  /** What was answered, where the caller may ask for it again. */
  readonly answer?: Uint8Array;
  /** Units that the month had left afterwards; absent where nothing limits them. */
  readonly remaining?: number;
}

export const GROUPS = ['day', 'key', 'kind'] as const;
export type Group = (typeof GROUPS)[number];

export interface UsageRow {
  /** The day, the key's id or the kind. */
  readonly group: string;
  readonly units: number;
  readonly requests: number;
}

/** A period of days, both included. */
export interface Period {
  readonly from: string;
  readonly to: string;
}

/** Charges forgotten in one go, so that none takes long. */
const FORGOTTEN_AT_ONCE = 10_000;

export class Ledger {
  private readonly database: Database;

  constructor(database: Database) {
    this.database = database;
    for (const statement of [
      `CREATE TABLE IF NOT EXISTS charges (
         id TEXT PRIMARY KEY, holder TEXT NOT NULL, units INTEGER NOT NULL, request TEXT, answer BLOB,
         remaining INTEGER, expires INTEGER NOT NULL
       ) WITHOUT ROWID`,
      'CREATE INDEX IF NOT EXISTS charges_by_expiry ON charges (expires)',
      `CREATE TABLE IF NOT EXISTS usage (
         day TEXT, key TEXT, kind TEXT, units INTEGER NOT NULL, requests INTEGER NOT NULL,
         exported INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (day, key, kind)
       ) WITHOUT ROWID`,
      'CREATE TABLE IF NOT EXISTS months (month TEXT PRIMARY KEY, units INTEGER NOT NULL) WITHOUT ROWID',
    ]) {
      database.all(statement);
    }
  }

  find(id: string, now: number): Entry | undefined {
    const [row] = this.database.all(
      'SELECT holder, units, request, answer, remaining FROM charges WHERE id = ? AND expires > ?',
      id,
      now,
    );
    if (row === undefined) return undefined;
    const answer = bytes(row, 'answer');
    const remaining = integerOrNothing(row, 'remaining');
    return {
      holder: text(row, 'holder'),
      units: integer(row, 'units'),
      ...(row.request === null ? {} : { request: text(row, 'request') }),
      ...(answer === undefined ? {} : { answer }),
      ...(remaining === undefined ? {} : { remaining }),
    };
  }

  /** Units charged in the month of `now`. */
  spent(now: number): number {
    const [row] = this.database.all('SELECT units FROM months WHERE month = ?', monthOf(now));
    return integer(row, 'units');
  }

  /**
   * Writes a charge that `find` does not find. To be called within a transaction.
   *
   * @param quota units of a month, if they are limited
   * @returns how many of them are left afterwards
   */
  enter(
    attempt: Attempt,
    answer: Uint8Array | undefined,
    quota: number | undefined,
    now: number,
  ): number | undefined {
    const { id, holder, key, kind, units, request, remembered } = attempt;
    this.database.all(
      `INSERT INTO usage (day, key, kind, units, requests) VALUES (?, ?, ?, ?, 1)
       ON CONFLICT (day, key, kind) DO UPDATE SET units = units + excluded.units, requests = requests + 1`,
      dayOf(now),
      key,
      kind,
      units,
    );
    const [month] = this.database.all(
      `INSERT INTO months (month, units) VALUES (?, ?)
       ON CONFLICT (month) DO UPDATE SET units = units + excluded.units RETURNING units`,
      monthOf(now),
      units,
    );
    const remaining = quota === undefined ? undefined : Math.max(0, quota - integer(month, 'units'));
    // An expired charge of the same id may still be there.
    this.database.all(
      `INSERT OR REPLACE INTO charges (id, holder, units, request, answer, remaining, expires)
       VALUES (?, ?, ?, ?, ?, ?, ?)`,
      id,
      holder,
      units,
      request ?? null,
      answer ?? null,
      remaining ?? null,
      now + 1_000 * remembered,
    );
    return remaining;
  }

  usage({ from, to }: Period, group: Group): UsageRow[] {
    return this.database
      .all(
        `SELECT ${group} AS name, sum(units) AS units, sum(requests) AS requests
         FROM usage WHERE day BETWEEN ? AND ? GROUP BY ${group} ORDER BY ${group}`,
        from,
        to,
      )
      .map((row) => ({
        group: text(row, 'name'),
        units: integer(row, 'units'),
        requests: integer(row, 'requests'),
      }));
  }

  /** Forgets charges whose time is over. Usage stays. */
  forget(now: number): void {
    this.database.all(
      'DELETE FROM charges WHERE id IN (SELECT id FROM charges WHERE expires <= ? LIMIT ?)',
      now,
      FORGOTTEN_AT_ONCE,
    );
  }

  /** When the next charge is to be forgotten, in milliseconds since the epoch. */
  nextToForget(): number | undefined {
    const [row] = this.database.all('SELECT min(expires) AS expires FROM charges');
    return row === undefined ? undefined : integerOrNothing(row, 'expires');
  }
}
