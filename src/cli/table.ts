import Table from 'cli-table3';

/** A table for the terminal, without colours of its own. Columns after the first `words` are numbers. */
export function tableOf(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  words: number,
): string {
  const table = new Table({
    head: [...head],
    style: { head: [], border: [], compact: true },
    colAligns: head.map((_, i) => (i < words ? 'left' : 'right')),
  });
  for (const row of rows) table.push([...row]);
  return `${table.toString()}\n`;
}
