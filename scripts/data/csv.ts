import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';

export type CsvRow = Readonly<Record<string, string>>;

/** A benchmark table, one object a row. */
export function readTable(folder: string, file: string): CsvRow[] {
  return parse(readFileSync(join(folder, file)), { columns: true }) as CsvRow[];
}

/** A cell's number; NaN when empty. `-inf` is how the tables mark a dead network. */
export function numberOf(cell: string | undefined): number {
  if (cell === undefined || cell === '') return Number.NaN;
  return cell === '-inf' ? Number.NEGATIVE_INFINITY : Number(cell);
}
