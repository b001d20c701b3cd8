/** The narrow face of SQLite that accounts stand on, so that the same code runs in a Durable Object and in Node. */

export type Value = string | number | null | Uint8Array;

export type Row = Readonly<Record<string, unknown>>;

export interface Database {
  /** Runs one statement and gives its rows. */
  all(statement: string, ...bindings: readonly Value[]): readonly Row[];
  /** Runs `work` in one transaction: all of it is kept, or, when it throws, nothing. */
  atomically<Result>(work: () => Result): Result;
}

/** A column that the schema declares INTEGER NOT NULL. */
export const integer = (row: Row | undefined, column: string): number => Number(row?.[column] ?? 0);

/** A column that the schema declares INTEGER. */
export const integerOrNothing = (row: Row, column: string): number | undefined =>
  row[column] === null ? undefined : Number(row[column]);

/** A column that the schema declares TEXT NOT NULL. */
export const text = (row: Row, column: string): string => String(row[column]);

/** A column that the schema declares BLOB. */
export function bytes(row: Row, column: string): Uint8Array | undefined {
  const value = row[column];
  if (value instanceof Uint8Array) return value;
  return value instanceof ArrayBuffer ? new Uint8Array(value) : undefined;
}
