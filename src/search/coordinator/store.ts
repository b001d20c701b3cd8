/**
 * One search in SQLite. Evaluations are rows; the rest of the state is one value, written anew with every step in
 * the transaction that adds the step's evaluations, its events and its charge. So whatever instant the process
 * dies at, what is stored is a state between two steps.
 */
import type { Evaluation } from '../evaluation.ts';
import type { SearchState } from '../search.ts';
import type { SearchOrder, SearchProblem, SearchStatus, Standing } from './order.ts';

/** Something that a search tells whoever watches it. */
export interface SearchEvent {
  /** Counted up from 1. */
  readonly id: number;
  readonly type: string;
  /** JSON. */
  readonly data: string;
}

export type NewEvent = { readonly type: string; readonly data: unknown };

export interface PendingCharge {
  readonly step: number;
  readonly units: number;
}

/** How far the webhook has come. */
export interface Delivery {
  readonly attempts: number;
  /** When it is to be tried next, in milliseconds since the epoch; absent when it is over. */
  readonly next?: number;
  readonly delivered: boolean;
  readonly failure?: string;
}

/** What a step changes. */
export interface StepCommit {
  readonly state: SearchState;
  /** Evaluations that are stored already: those of the state from there on are added. */
  readonly stored: number;
  /** Scores told in this step. */
  readonly units: number;
  readonly events: readonly NewEvent[];
}

/** SQLite in a Durable Object takes values of up to 2 MB; a character has up to 3 bytes. */
const PART_CHARACTERS = 600_000;
/** Events kept for those who reconnect. */
const EVENTS_KEPT = 1_000;

type Rest = Omit<SearchState, 'evaluations'>;
type PlainOrder = Omit<SearchOrder, 'vectors'>;

export class SearchStore {
  private readonly storage: DurableObjectStorage;
  private readonly sql: SqlStorage;

  constructor(storage: DurableObjectStorage) {
    this.storage = storage;
    this.sql = storage.sql;
  }

  /** Whether there is a search. Writes nothing where there is none: anybody may ask for any id. */
  exists(): boolean {
    return this.sql.exec("SELECT 1 FROM sqlite_master WHERE name = 'search'").toArray().length > 0;
  }

  create(order: SearchOrder, state: SearchState): void {
    const { vectors, ...plain } = order;
    this.storage.transactionSync(() => {
      this.sql.exec(`
        CREATE TABLE search (
          plan TEXT NOT NULL, status TEXT NOT NULL, step INTEGER NOT NULL, failures INTEGER NOT NULL,
          ended INTEGER, problem TEXT, delivery TEXT
        );
        CREATE TABLE state (part INTEGER PRIMARY KEY, text TEXT NOT NULL);
        CREATE TABLE evaluations (number INTEGER PRIMARY KEY, evaluation TEXT NOT NULL);
        CREATE TABLE vectors (words TEXT PRIMARY KEY, vector BLOB NOT NULL);
        CREATE TABLE events (id INTEGER PRIMARY KEY AUTOINCREMENT, type TEXT NOT NULL, data TEXT NOT NULL);
        CREATE TABLE charges (step INTEGER PRIMARY KEY, units INTEGER NOT NULL);
      `);
      this.sql.exec(
        "INSERT INTO search (plan, status, step, failures) VALUES (?, 'running', 0, 0)",
        JSON.stringify(plain),
      );
      for (const [words, vector] of vectors) {
        this.sql.exec('INSERT INTO vectors VALUES (?, ?)', words, vector.slice().buffer);
      }
      this.writeState(state);
    });
  }

  order(): SearchOrder {
    const { plan } = this.sql.exec<{ plan: string }>('SELECT plan FROM search').one();
    const vectors = this.sql
      .exec<{ words: string; vector: ArrayBuffer }>('SELECT words, vector FROM vectors')
      .toArray()
      .map(({ words, vector }) => [words, new Float32Array(vector)] as const);
    return { ...(JSON.parse(plan) as PlainOrder), vectors: new Map(vectors) };
  }

  standing(): Standing {
    const { status, step, failures, ended, problem } = this.sql
      .exec<{
        status: SearchStatus;
        step: number;
        failures: number;
        ended: number | null;
        problem: string | null;
      }>('SELECT status, step, failures, ended, problem FROM search')
      .one();
    return {
      status,
      step,
      failures,
      ...(ended === null ? {} : { ended }),
      ...(problem === null ? {} : { problem: JSON.parse(problem) as SearchProblem }),
    };
  }

  state(): SearchState {
    const parts = this.sql.exec<{ text: string }>('SELECT text FROM state ORDER BY part').toArray();
    const rest = JSON.parse(parts.map(({ text }) => text).join('')) as Rest;
    const evaluations = this.sql
      .exec<{ evaluation: string }>('SELECT evaluation FROM evaluations ORDER BY number')
      .toArray()
      .map(({ evaluation }) => JSON.parse(evaluation) as Evaluation);
    return { ...rest, evaluations };
  }

  private writeState(state: SearchState): void {
    const { evaluations: _rows, ...rest } = state;
    const text = JSON.stringify(rest);
    this.sql.exec('DELETE FROM state');
    for (let part = 0; part * PART_CHARACTERS < text.length; part++) {
      const start = part * PART_CHARACTERS;
      this.sql.exec('INSERT INTO state VALUES (?, ?)', part, text.slice(start, start + PART_CHARACTERS));
    }
  }

  commitStep({ state, stored, units, events }: StepCommit): void {
    this.storage.transactionSync(() => {
      state.evaluations.slice(stored).forEach((evaluation, i) => {
        this.sql.exec('INSERT INTO evaluations VALUES (?, ?)', stored + i, JSON.stringify(evaluation));
      });
      this.writeState(state);
      const { step } = this.sql
        .exec<{ step: number }>('UPDATE search SET step = step + 1, failures = 0 RETURNING step')
        .one();
      if (units > 0) this.sql.exec('INSERT INTO charges VALUES (?, ?)', step, units);
      for (const event of events) this.append(event);
    });
  }

  /** A search ends once: the first to end it says how. */
  end(
    status: Exclude<SearchStatus, 'running'>,
    now: number,
    event: NewEvent,
    { problem, delivery }: { problem?: SearchProblem; delivery?: Delivery },
  ): boolean {
    return this.storage.transactionSync(() => {
      const { rowsWritten } = this.sql.exec(
        "UPDATE search SET status = ?, ended = ?, problem = ?, delivery = ? WHERE status = 'running'",
        status,
        now,
        problem === undefined ? null : JSON.stringify(problem),
        delivery === undefined ? null : JSON.stringify(delivery),
      );
      if (rowsWritten === 0) return false;
      this.append(event);
      return true;
    });
  }

  countFailure(): number {
    return this.sql
      .exec<{ failures: number }>('UPDATE search SET failures = failures + 1 RETURNING failures')
      .one().failures;
  }

  private append({ type, data }: NewEvent): void {
    const { id } = this.sql
      .exec<{ id: number }>(
        'INSERT INTO events (type, data) VALUES (?, ?) RETURNING id',
        type,
        JSON.stringify(data),
      )
      .one();
    this.sql.exec('DELETE FROM events WHERE id <= ?', id - EVENTS_KEPT);
  }

  /** Events after the given one, the oldest first. */
  events(after: number, limit: number): SearchEvent[] {
    return this.sql
      .exec<{ id: number; type: string; data: string }>(
        'SELECT id, type, data FROM events WHERE id > ? ORDER BY id LIMIT ?',
        after,
        limit,
      )
      .toArray();
  }

  pendingCharges(): PendingCharge[] {
    return this.sql
      .exec<{ step: number; units: number }>('SELECT step, units FROM charges ORDER BY step')
      .toArray();
  }

  settle(step: number): void {
    this.sql.exec('DELETE FROM charges WHERE step = ?', step);
  }

  delivery(): Delivery | undefined {
    const { delivery } = this.sql.exec<{ delivery: string | null }>('SELECT delivery FROM search').one();
    return delivery === null ? undefined : (JSON.parse(delivery) as Delivery);
  }

  writeDelivery(delivery: Delivery): void {
    this.sql.exec('UPDATE search SET delivery = ?', JSON.stringify(delivery));
  }
}
