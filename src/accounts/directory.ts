/** The Durable Object that knows which accounts there are. There is one; calls of customers never ask it. */
import { DurableObject } from 'cloudflare:workers';

export class AccountDirectory extends DurableObject {
  private readonly sql: SqlStorage;

  constructor(state: DurableObjectState, bindings: Cloudflare.Env) {
    super(state, bindings);
    this.sql = state.storage.sql;
    this.sql.exec(
      'CREATE TABLE IF NOT EXISTS accounts (number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT UNIQUE NOT NULL)',
    );
  }

  add(id: string): void {
    this.sql.exec('INSERT OR IGNORE INTO accounts (id) VALUES (?)', id);
  }

  /** Ids of accounts, in the order in which they were made. */
  list(limit: number, offset: number): { readonly ids: string[]; readonly total: number } {
    const ids = this.sql
      .exec<{ id: string }>('SELECT id FROM accounts ORDER BY number LIMIT ? OFFSET ?', limit, offset)
      .toArray()
      .map(({ id }) => id);
    const { total } = this.sql.exec<{ total: number }>('SELECT count(*) AS total FROM accounts').one();
    return { ids, total };
  }
}
