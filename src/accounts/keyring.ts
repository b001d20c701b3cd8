/** The keys of one account: what is stored of them, and what they open. */
import { type PresentedKey, sameSecret } from './api-key.ts';
import { type Database, integer, integerOrNothing, text } from './database.ts';
import type { Refusal } from './refusal.ts';

export const SCOPES = ['score', 'search', 'read'] as const;
/** `score`: score architectures; `search`: start, read and cancel searches; `read`: lists, usage. */
export type Scope = (typeof SCOPES)[number];

export interface KeyTerms {
  readonly name: string;
  readonly scopes: readonly Scope[];
  /** Milliseconds since the epoch, as all times here. */
  readonly expires?: number;
}

/** A key as its owner sees it after it was made. */
export interface KeyRecord extends KeyTerms {
  readonly id: string;
  readonly created: number;
  readonly revoked?: number;
}

export class Keyring {
  private readonly database: Database;

  constructor(database: Database) {
    this.database = database;
    database.all(
      `CREATE TABLE IF NOT EXISTS keys (
         id TEXT PRIMARY KEY, name TEXT NOT NULL, scopes TEXT NOT NULL, hash TEXT NOT NULL,
         created INTEGER NOT NULL, expires INTEGER, revoked INTEGER
       )`,
    );
  }

  add({ id, hash }: PresentedKey, { name, scopes, expires }: KeyTerms, now: number): void {
    this.database.all(
      'INSERT INTO keys (id, name, scopes, hash, created, expires) VALUES (?, ?, ?, ?, ?, ?)',
      id,
      name,
      scopes.join(' '),
      hash,
      now,
      expires ?? null,
    );
  }

  /** All keys, those that no longer open anything included, the oldest first. */
  list(): KeyRecord[] {
    return this.database.all('SELECT * FROM keys ORDER BY created, id').map((row) => {
      const expires = integerOrNothing(row, 'expires');
      const revoked = integerOrNothing(row, 'revoked');
      return {
        id: text(row, 'id'),
        name: text(row, 'name'),
        scopes: scopesOf(text(row, 'scopes')),
        created: integer(row, 'created'),
        ...(expires === undefined ? {} : { expires }),
        ...(revoked === undefined ? {} : { revoked }),
      };
    });
  }

  /** Ends a key at once. One that was revoked before stays revoked since then. */
  revoke(id: string, now: number): void {
    this.database.all('UPDATE keys SET revoked = ? WHERE id = ? AND revoked IS NULL', now, id);
  }

  /** Lets a key end at a time, unless it ends before. */
  expire(id: string, at: number): void {
    this.database.all(
      'UPDATE keys SET expires = ? WHERE id = ? AND (expires IS NULL OR expires > ?)',
      at,
      id,
      at,
    );
  }

  /** Why a key does not open what needs the scope, if it does not. */
  refusal({ id, hash }: PresentedKey, scope: Scope | undefined, now: number): Refusal | undefined {
    const [row] = this.database.all('SELECT hash, scopes, expires, revoked FROM keys WHERE id = ?', id);
    if (row === undefined || !sameSecret(text(row, 'hash'), hash)) {
      return { refused: 'key-unknown', detail: 'the key is not known here' };
    }
    if (row.revoked !== null) return { refused: 'key-revoked', detail: 'the key was revoked' };
    const expires = integerOrNothing(row, 'expires');
    if (expires !== undefined && expires <= now) {
      return { refused: 'key-expired', detail: `the key expired at ${new Date(expires).toISOString()}` };
    }
    const scopes = scopesOf(text(row, 'scopes'));
    if (scope !== undefined && !scopes.includes(scope)) {
      const detail = `expected a key with the scope ${scope}, got one with ${scopes.join(', ')}`;
      return { refused: 'scope-insufficient', detail };
    }
    return undefined;
  }
}

const scopesOf = (stored: string): Scope[] => SCOPES.filter((scope) => stored.split(' ').includes(scope));
