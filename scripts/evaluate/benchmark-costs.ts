/**
 * @file `node scripts/evaluate/benchmark-costs.ts`: params and FLOPs computed from the graphs, against the columns
 * of the benchmarks' tables, on every row that has them.
 */
import Table from 'cli-table3';
import { Command } from 'commander';
import { accelNasBench } from '../../src/formats/accel-nasbench.ts';
import { chain } from '../../src/formats/chain.ts';
import type { FormatId } from '../../src/formats/format.ts';
import { nasBenchMacro } from '../../src/formats/nas-bench-macro.ts';
import { readArchitecture } from '../../src/formats/registry.ts';
import { costOf } from '../../src/graph/cost.ts';
import { type CsvRow, numberOf, readTable } from '../data/csv.ts';

/** A table with published costs, and how its rows are read. */
interface PublishedCosts {
  readonly name: string;
  readonly file: string;
  readonly format: FormatId;
  /** The row's architecture, `undefined` for rows of another space. */
  readonly architecture: (row: CsvRow) => unknown;
  readonly params: string;
  readonly flops: string;
  /** Units of the columns. */
  readonly unit: number;
}

const choicesOf = (cell = ''): (string | number)[][] =>
  cell.split('|').map((choice) => {
    const [operator = '', state = ''] = choice.split(':');
    return [operator, Number(state)];
  });
const statesOf = (concat = ''): number[] => concat.split(' ').map(Number);

function ndsGenotype(row: CsvRow): object | undefined {
  if (!row.normal) return undefined;
  return {
    normal: choicesOf(row.normal),
    normal_concat: statesOf(row.normal_concat),
    reduce: choicesOf(row.reduce),
    reduce_concat: statesOf(row.reduce_concat),
    layers: Number(row.depth),
    channels: Number(row.width),
    dataset: 'imagenet',
  };
}

function accelChain(row: CsvRow): string {
  const stages = Array.from({ length: 7 }, (_, i) => ({
    expansion: Number(row[`block${i}_e`]),
    kernel: Number(row[`block${i}_k`]),
    layers: Number(row[`block${i}_l`]),
    squeeze: row[`block${i}_se`] === 'True',
  }));
  return chain.print(accelNasBench(stages));
}

const TABLES: readonly PublishedCosts[] = [
  {
    name: 'NAS-Bench-201',
    file: 'nasbench201.csv',
    format: 'nas-bench-201',
    architecture: (row) => row.arch,
    params: 'params_cifar10',
    flops: 'flops_cifar10',
    unit: 1e6,
  },
  {
    name: 'NAS-Bench-101',
    file: 'nasbench101.csv',
    format: 'nas-bench-101',
    architecture: (row) => `${row.matrix} ${row.ops}`,
    params: 'params_m',
    flops: 'flops_m',
    unit: 1e6,
  },
  {
    name: 'NDS cells, ImageNet',
    file: 'nds_imagenet.csv',
    format: 'darts',
    architecture: ndsGenotype,
    params: 'params',
    flops: 'flops',
    unit: 1,
  },
  {
    name: 'NAS-Bench-Macro',
    file: 'nasbench_macro.csv',
    format: 'chain',
    architecture: (row) => chain.print(nasBenchMacro(row.arch ?? '')),
    params: 'params',
    flops: 'flops',
    unit: 1,
  },
  {
    name: 'Accel-NASBench',
    file: 'accel_nasbench.csv',
    format: 'chain',
    architecture: accelChain,
    params: 'params',
    flops: 'macs',
    unit: 1e6,
  },
];

/** What was computed for a row, and what was published, in units. */
interface Pair {
  readonly computed: number;
  readonly published: number;
}

function pairsOf(folder: string, table: PublishedCosts): { params: Pair[]; flops: Pair[] } {
  const pairs = { params: [] as Pair[], flops: [] as Pair[] };
  for (const row of readTable(folder, table.file)) {
    const architecture = table.architecture(row);
    const [params, flops] = [numberOf(row[table.params]), numberOf(row[table.flops])];
    if (architecture === undefined || Number.isNaN(params)) continue;
    const { graph, skeleton } = readArchitecture(table.format, architecture);
    const cost = costOf(graph, skeleton);
    pairs.params.push({ computed: cost.params, published: params * table.unit });
    pairs.flops.push({ computed: cost.flops, published: flops * table.unit });
  }
  return pairs;
}

/** Rows that agree to the last unit; columns in millions carry the noise of floating point. */
const equal = (pairs: readonly Pair[]): number =>
  pairs.filter(({ computed, published }) => Math.abs(computed - published) < 0.5).length;

function range(pairs: readonly Pair[]): string {
  const ratios = pairs.map(({ computed, published }) => computed / published);
  return `${Math.min(...ratios).toFixed(4)} to ${Math.max(...ratios).toFixed(4)}`;
}

const program = new Command('benchmark-costs')
  .description("Compares computed params and FLOPs with the columns of the benchmarks' tables, row by row.")
  .option('--data <folder>', 'folder of the tables', process.env.NAS_DATA_DIR ?? '../shared/data')
  .parse();

const { data } = program.opts<{ data: string }>();
const report = new Table({
  head: ['benchmark', 'rows', 'params equal', 'ratio', 'FLOPs equal', 'ratio'],
  style: { head: [] },
});
for (const table of TABLES) {
  const { params, flops } = pairsOf(data, table);
  report.push([table.name, params.length, equal(params), range(params), equal(flops), range(flops)]);
}
console.log(report.toString());
