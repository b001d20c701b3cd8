/**
 * @file Every table of the data folder as graphs with measurements. Encodings follow the folder's README.
 */
import { accelNasBench } from '../../src/formats/accel-nasbench.ts';
import { chain } from '../../src/formats/chain.ts';
import { nasBenchMacro } from '../../src/formats/nas-bench-macro.ts';
import { type BenchmarkTable, type Measured, tableOf } from './benchmark-table.ts';
import { type CsvRow, numberOf, readTable } from './csv.ts';

/** The zero-cost proxies that the tables measure. */
export const PROXIES = [
  'nwot',
  'synflow',
  'jacov',
  'zen',
  'snip',
  'grasp',
  'fisher',
  'grad_norm',
  'l2_norm',
  'plain',
  'epe_nas',
] as const;

/** HW-NAS-Bench's devices and what it measures on them. */
export const HARDWARE = [
  'edgegpu_latency',
  'edgegpu_energy',
  'raspi4_latency',
  'edgetpu_latency',
  'pixel3_latency',
  'fpga_latency',
  'fpga_energy',
] as const;

const pick = (row: CsvRow | undefined, names: readonly string[], suffix = ''): Record<string, number> =>
  Object.fromEntries(names.map((name) => [`${name}${suffix}`, numberOf(row?.[name])]));

/** Numbers of a Python tuple's text, nested or not. */
const numbers = (tuple: string): number[] => (tuple.match(/-?\d+/g) ?? []).map(Number);

export function loadNasBench101(folder: string): BenchmarkTable {
  const labelled = readTable(folder, 'nasbench101.csv').map((row): Measured => {
    // Accuracies measured on validation images do not compare with test ones: those rows serve the proxies only.
    const accuracy = row.accuracy_kind === 'val_1seed' ? Number.NaN : 100 * numberOf(row.accuracy);
    return {
      format: 'nas-bench-101',
      architecture: `${row.matrix} ${row.ops}`,
      values: { accuracy, ...pick(row, PROXIES) },
    };
  });
  const names = ['input', 'output', 'maxpool3x3', 'conv1x1-bn-relu', 'conv3x3-bn-relu'];
  const unlabelled = readTable(folder, 'nasbench101_unlabelled.csv').map((row): Measured => {
    const entries = numbers(row.arch ?? '');
    // n * n matrix entries, then n operators.
    const n = Math.floor(Math.sqrt(entries.length));
    const operators = entries.slice(n * n).map((id) => names[id]);
    return {
      format: 'nas-bench-101',
      architecture: `${entries.slice(0, n * n).join('')} ${operators.join('|')}`,
      values: { zen: numberOf(row.zen) },
    };
  });
  return tableOf('nas-bench-101', 'nas-bench-101', [...labelled, ...unlabelled]);
}

export function loadNasBench201(folder: string): BenchmarkTable {
  const byIndex = (file: string, dataset: string): Map<string | undefined, CsvRow> =>
    new Map(
      readTable(folder, file)
        .filter((row) => row.dataset === dataset)
        .map((row) => [row.index, row]),
    );
  const proxies = byIndex('nasbench201_proxies.csv', 'cifar10');
  const proxiesImagenet = byIndex('nasbench201_proxies.csv', 'ImageNet16-120');
  const hardware = byIndex('nasbench201_hardware.csv', 'cifar10');
  const rows = readTable(folder, 'nasbench201.csv').map((row): Measured => {
    const measured = PROXIES.filter((name) => name !== 'nwot' && name !== 'zen');
    return {
      format: 'nas-bench-201',
      architecture: row.arch,
      values: {
        cifar10: numberOf(row.cifar10_test),
        cifar100: numberOf(row.cifar100_test),
        imagenet16: numberOf(row.imagenet16_test),
        nwot: numberOf(row.nwot_cifar10),
        nwot_imagenet: numberOf(row.nwot_imagenet16),
        zen: numberOf(row.zen_cifar10),
        zen_imagenet: numberOf(row.zen_imagenet16),
        ...pick(proxies.get(row.index), measured),
        ...pick(proxiesImagenet.get(row.index), measured, '_imagenet'),
        ...pick(hardware.get(row.index), HARDWARE),
        author_score: numberOf(row.tgnas_author_score),
        params_published: numberOf(row.params_cifar10),
        flops_published: numberOf(row.flops_cifar10),
      },
    };
  });
  return tableOf('nas-bench-201', 'nas-bench-201', rows);
}

/** NASLib's operator ids of DARTS cells. */
const DARTS_IDS = [
  'max_pool_3x3',
  'avg_pool_3x3',
  'skip_connect',
  'sep_conv_3x3',
  'sep_conv_5x5',
  'dil_conv_3x3',
  'dil_conv_5x5',
];

function dartsGenotype(tuple: string): object {
  const flat = numbers(tuple);
  const choices = (from: number): (string | number | undefined)[][] =>
    Array.from({ length: 8 }, (_, i) => [DARTS_IDS[flat[from + 2 * i + 1] ?? -1], flat[from + 2 * i]]);
  const concat = [2, 3, 4, 5];
  return { normal: choices(0), normal_concat: concat, reduce: choices(16), reduce_concat: concat };
}

/** DARTS cells with proxies only: NAS-Bench-301's accuracies are a surrogate's, not a training's. */
export function loadNasBench301(folder: string): BenchmarkTable {
  const rows = ['nasbench301_proxies.csv', 'nasbench301_unlabelled.csv'].flatMap((file) =>
    readTable(folder, file).map(
      (row): Measured => ({
        format: 'darts',
        architecture: dartsGenotype(row.arch ?? ''),
        values: { surrogate: numberOf(row.surrogate_val), ...pick(row, PROXIES) },
      }),
    ),
  );
  return tableOf('nas-bench-301', 'darts', rows);
}

/** NDS spaces of cells. The ones of varying learning rate are left out: they rank the rate, not the cell. */
const NDS_CELL_SPACES = ['DARTS', 'DARTS_fix-w-d', 'Amoeba', 'ENAS', 'NASNet', 'PNAS'] as const;

/** One table a space: accuracies of different spaces do not compare. */
export function loadNds(folder: string): BenchmarkTable[] {
  const all = readTable(folder, 'nds_imagenet.csv');
  const cell = (text: string | undefined): (string | number)[][] =>
    (text ?? '').split('|').map((choice) => {
      const [op = '', from = ''] = choice.split(':');
      return [op, Number(from)];
    });
  return NDS_CELL_SPACES.map((space) =>
    tableOf(
      `nds-${space.toLowerCase()}`,
      'darts',
      all
        .filter((row) => row.space === space)
        .map(
          (row): Measured => ({
            format: 'darts',
            architecture: {
              normal: cell(row.normal),
              normal_concat: numbers(row.normal_concat ?? ''),
              reduce: cell(row.reduce),
              reduce_concat: numbers(row.reduce_concat ?? ''),
              layers: numberOf(row.depth),
              channels: numberOf(row.width),
            },
            values: {
              accuracy: numberOf(row.best_top1_acc),
              params_published: numberOf(row.params),
              flops_published: numberOf(row.flops),
            },
          }),
        ),
    ),
  );
}

export function loadNasBenchMacro(folder: string): BenchmarkTable {
  const rows = readTable(folder, 'nasbench_macro.csv').map(
    (row): Measured => ({
      format: 'chain',
      architecture: chain.print(nasBenchMacro(row.arch ?? '')),
      values: {
        accuracy: numberOf(row.mean_acc),
        params_published: numberOf(row.params),
        flops_published: numberOf(row.flops),
      },
    }),
  );
  return tableOf('nas-bench-macro', 'macro', rows);
}

export function loadAccelNasBench(folder: string): BenchmarkTable {
  const rows = readTable(folder, 'accel_nasbench.csv').map((row): Measured => {
    const stages = Array.from({ length: 7 }, (_, i) => ({
      expansion: numberOf(row[`block${i}_e`]),
      kernel: numberOf(row[`block${i}_k`]),
      layers: numberOf(row[`block${i}_l`]),
      squeeze: row[`block${i}_se`] === 'True',
    }));
    return {
      format: 'chain',
      architecture: chain.print(accelNasBench(stages)),
      values: {
        accuracy: numberOf(row.val_top1),
        params_published: numberOf(row.params),
        flops_published: numberOf(row.macs),
      },
    };
  });
  return tableOf('accel-nasbench', 'accel', rows);
}

/** TransNAS's tasks that classify or regress with higher values better. */
const TRANSNAS_TASKS = ['class_scene', 'class_object', 'room_layout', 'jigsaw'] as const;

export function loadTransNasMicro(folder: string): BenchmarkTable {
  const proxies = new Map(
    readTable(folder, 'transnas101_micro_proxies.csv')
      .filter((row) => row.task === 'class_scene')
      .map((row) => [row.arch, row]),
  );
  const rows = readTable(folder, 'transnas101_micro.csv').map((row): Measured => {
    const [a, b, c, d, e, f] = numbers(row.arch ?? '');
    return {
      format: 'transnas-bench-101',
      architecture: `64-41414-${a}_${b}${c}_${d}${e}${f}`,
      values: {
        accuracy: numberOf(row.val_class_scene),
        ...Object.fromEntries(TRANSNAS_TASKS.map((task) => [task, numberOf(row[`val_${task}`])])),
        ...pick(proxies.get(row.arch), PROXIES),
        zen: numberOf(row.zen_class_scene),
      },
    };
  });
  return tableOf('transnas-micro', 'nas-bench-201', rows);
}

export function loadTransNasMacro(folder: string): BenchmarkTable {
  const rows = readTable(folder, 'transnas101_macro.csv').map(
    (row): Measured => ({
      format: 'transnas-bench-101',
      architecture: `64-${numbers(row.arch ?? '')
        .filter((module) => module > 0)
        .join('')}-basic`,
      values: {
        accuracy: numberOf(row.val_class_scene),
        ...Object.fromEntries(TRANSNAS_TASKS.map((task) => [task, numberOf(row[`val_${task}`])])),
        zen: numberOf(row.zen_class_scene),
      },
    }),
  );
  return tableOf('transnas-macro', 'transnas-macro', rows);
}

/** Every table, by space. */
export function loadBenchmarks(folder: string): Map<string, BenchmarkTable> {
  const tables = [
    loadNasBench101(folder),
    loadNasBench201(folder),
    loadNasBench301(folder),
    ...loadNds(folder),
    loadNasBenchMacro(folder),
    loadAccelNasBench(folder),
    loadTransNasMicro(folder),
    loadTransNasMacro(folder),
  ];
  return new Map(tables.map((table) => [table.space, table]));
}
