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

type Row = { number: number; id: string; added: number; summary: string | null };

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
        running INTEGER NOT NULL DEFAULT 1, summary TEXT
      );
      CREATE INDEX IF NOT EXISTS searches_running ON searches (running) WHERE running = 1;
    `);
  }

  private get account(): string {
    return this.ctx.id.name ?? '';
  }

  /** Enters a search that is about to begin, unless `limit` others are running. */
  async admit(id: string, limit: number): Promise<boolean> {
    if (this.running() >= limit) await this.refresh();
    if (this.running() >= limit) return false;
    this.sql.exec('INSERT INTO searches (id, added) VALUES (?, ?)', id, Date.now());
    return true;
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
