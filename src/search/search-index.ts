/** The Durable Object that knows which searches an account has: its name is the account's id. */
import { DurableObject } from 'cloudflare:workers';
import type { SearchSummary } from './coordinator/snapshot.ts';
import type { Coordinator } from './coordinator.ts';

export interface IndexBindings {
  readonly SEARCHES: DurableObjectNamespace<Coordinator>;
}

export interface SearchPage {
  readonly searches: readonly SearchSummary[];
  /** What `list` goes on from, while there is more. */
  readonly next: number | null;
}

type Row = { number: number; id: string; added: number; request: string | null; summary: string | null };

/** A search that is about to begin. */
export interface Entry {
  readonly id: string;
  /** The caller's name for this call: called again by it, the call begins nothing. */
  readonly idempotencyKey?: string;
  /** The request in full, as text. */
  readonly request: string;
}

/** What becomes of an entry: it may begin, or is there already by its key, or is refused. */
export type Admission = 'admitted' | 'too-many' | 'key-reused' | { readonly existing: string };

/** How long a caller may repeat a call by its key. */
const KEY_KEPT_MS = 86_400_000;

/** A search is entered before it begins; one that never begins is dropped after so long. */
const BEGINNING_MS = 60_000;

export class SearchIndex extends DurableObject<IndexBindings> {
  private readonly sql: SqlStorage;

  constructor(state: DurableObjectState, bindings: IndexBindings) {
    super(state, bindings);
    this.sql = state.storage.sql;
    this.sql.exec(`
      CREATE TABLE IF NOT EXISTS searches (
        number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, added INTEGER NOT NULL,
        running INTEGER NOT NULL DEFAULT 1, summary TEXT, key TEXT UNIQUE, request TEXT
      );
      CREATE INDEX IF NOT EXISTS searches_running ON searches (running) WHERE running = 1;
    `);
  }

  private get account(): string {
    return this.ctx.id.name ?? '';
  }

  /** Enters a search that is about to begin, unless `limit` others are running. */
  async admit({ id, idempotencyKey, request }: Entry, limit: number): Promise<Admission> {
    const before = this.byKey(idempotencyKey, request);
    if (before !== undefined) return before;
    if (this.running() >= limit) await this.refresh();
    // Others may have come in meanwhile; from here on nothing is waited for.
    const meanwhile = this.byKey(idempotencyKey, request);
    if (meanwhile !== undefined) return meanwhile;
    if (this.running() >= limit) return 'too-many';
    this.sql.exec(
      'INSERT INTO searches (id, added, key, request) VALUES (?, ?, ?, ?)',
      id,
      Date.now(),
      idempotencyKey ?? null,
      idempotencyKey === undefined ? null : request,
    );
    return 'admitted';
  }

  private byKey(key: string | undefined, request: string): Admission | undefined {
    if (key === undefined) return undefined;
    this.sql.exec('UPDATE searches SET key = NULL, request = NULL WHERE added < ?', Date.now() - KEY_KEPT_MS);
    const [row] = this.sql.exec<Row>('SELECT * FROM searches WHERE key = ?', key).toArray();
    if (row === undefined) return undefined;
    return row.request === request ? { existing: row.id } : 'key-reused';
  }

  private running(): number {
    return this.sql
      .exec<{ running: number }>('SELECT count(*) AS running FROM searches WHERE running = 1')
      .one().running;
  }

  /** Asks the searches that were running how they stand: nobody has to remember to say so. */
  private async refresh(): Promise<void> {
    const rows = this.sql.exec<Row>('SELECT * FROM searches WHERE running = 1').toArray();
    await Promise.all(rows.map((row) => this.ask(row)));
  }

  private async ask({ id, added }: Row): Promise<void> {
    const { SEARCHES } = this.env;
    const summary = await SEARCHES.get(SEARCHES.idFromString(id)).summary(this.account);
    if (summary !== undefined) {
      this.sql.exec(
        'UPDATE searches SET running = ?, summary = ? WHERE id = ?',
        summary.state === 'running' ? 1 : 0,
        JSON.stringify(summary),
        id,
      );
    } else if (Date.now() - added > BEGINNING_MS) {
      this.sql.exec('DELETE FROM searches WHERE id = ?', id);
    }
  }

  /**
   * The account's searches, the newest first, without those that have been forgotten.
   *
   * @param before `next` of the page before
   * @param retention days for which an ended search is kept
   */
  async list(before: number | undefined, limit: number, retention: number): Promise<SearchPage> {
    await this.refresh();
    this.sql.exec(
      "DELETE FROM searches WHERE running = 0 AND julianday(summary ->> 'ended') < julianday('now') - ?",
      retention,
    );
    const rows = this.sql
      .exec<Row>(
        'SELECT * FROM searches WHERE number < ? AND summary IS NOT NULL ORDER BY number DESC LIMIT ?',
        before ?? Number.MAX_SAFE_INTEGER,
        limit,
      )
      .toArray();
    const last = rows.at(-1);
    return {
      searches: rows.map(({ summary }) => JSON.parse(summary ?? 'null') as SearchSummary),
      next: rows.length < limit || last === undefined ? null : last.number,
    };
  }
}
