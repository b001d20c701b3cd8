import { DatabaseSync, type StatementSync } from 'node:sqlite';
import type { Database } from '../../src/accounts/database.ts';

/** SQLite in Node's own memory, as a Durable Object's storage is SQLite too. */
export function sqlite(): Database {
  const database = new DatabaseSync(':memory:');
  const prepared = new Map<string, StatementSync>();
  let depth = 0;
  return {
    all(statement, ...bindings) {
      const known = prepared.get(statement) ?? database.prepare(statement);
      prepared.set(statement, known);
      return known.all(...bindings);
    },
    atomically(work) {
      const name = `level_${depth}`;
      depth += 1;
      database.exec(`SAVEPOINT ${name}`);
      try {
        const result = work();
        database.exec(`RELEASE ${name}`);
        return result;
      } catch (error) {
        database.exec(`ROLLBACK TO ${name}; RELEASE ${name}`);
        throw error;
      } finally {
        depth -= 1;
      }
    },
  };
}
