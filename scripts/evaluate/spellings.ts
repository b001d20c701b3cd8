/** @file `npm run spellings`: the table of respelled.ts. */
import Table from 'cli-table3';
import { Command } from 'commander';
import { nasBench201Space } from '../../src/spaces/nas-bench-201.ts';
import { enumerate } from '../../src/spaces/variation.ts';
import { respell } from './respelled.ts';

const flags = new Command('npm run spellings --')
  .description('Ranks cells of NAS-Bench-201 whose operators are written in other ways.')
  .option('--rows <count>', 'cells, evenly spaced over the space', Number, 1_000)
  .option('--json', 'print the figures as JSON', false)
  .parse()
  .opts<{ rows: number; json: boolean }>();

const all = [...enumerate(nasBench201Space)].map((genome) => nasBench201Space.print(genome));
const wanted = Math.min(flags.rows, all.length);
const cells = Array.from({ length: wanted }, (_, i) => all[Math.floor((i * all.length) / wanted)] ?? '');
const found = await respell(cells);
if (flags.json) {
  console.log(JSON.stringify(found, undefined, 1));
} else {
  const table = new Table({
    head: ['operators as', 'as read', 'forced through the encoder'],
    style: { head: [], border: [] },
  });
  for (const { title, asRead, forced } of found) table.push([title, asRead.toFixed(4), forced.toFixed(4)]);
  console.log(`Spearman of scores with those of the canonical words, ${wanted} cells of NAS-Bench-201`);
  console.log(table.toString());
}
