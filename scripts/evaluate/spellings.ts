/**
 * @file `node scripts/evaluate/spellings.ts`: does a cell keep its rank when its operators are written in other
 * ways? Once as the product reads them, and once with the words forced through the live encoder as they stand.
 */
import Table from 'cli-table3';
import { Command } from 'commander';
import { readArchitecture } from '../../src/formats/registry.ts';
import { canonicalize } from '../../src/graph/canonicalize.ts';
import type { OperatorGraph } from '../../src/graph/operator-graph.ts';
import { describe } from '../../src/operators/describe.ts';
import { readArtefacts } from '../../src/predictor/artefacts-node.ts';
import { openKernel } from '../../src/predictor/engine-node.ts';
import { openEncoderIn } from '../../src/predictor/lexicon-node.ts';
import { operatorTable } from '../../src/predictor/operator-table.ts';
import { createScorer, type Subject } from '../../src/predictor/scorer.ts';
import { readTable } from '../data/csv.ts';
import { buildEncoder, ENCODER_FOLDER } from '../minilm/encoder-files.ts';
import { spearman } from './rank-metrics.ts';

/** Names of NAS-Bench-201's operators that do work. Identity and none shape the graph and keep their words. */
const SPELLINGS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'benchmark codes': {
    'convolution 3 by 3': 'nor_conv_3x3',
    'convolution 1 by 1': 'nor_conv_1x1',
    'average pooling 3 by 3': 'avg_pool_3x3',
  },
  'PyTorch calls': {
    'convolution 3 by 3': 'nn.Conv2d(64, 64, kernel_size=3)',
    'convolution 1 by 1': 'nn.Conv2d(64, 64, kernel_size=1)',
    'average pooling 3 by 3': 'nn.AvgPool2d(3)',
  },
  'other words': {
    'convolution 3 by 3': '3x3 convolution, batch norm, ReLU',
    'convolution 1 by 1': '1x1 convolution, batch norm, ReLU',
    'average pooling 3 by 3': '3x3 average pooling',
  },
};

const renamed = ({ nodes, edges }: OperatorGraph, name: (op: string) => string): OperatorGraph => ({
  nodes: nodes.map((node) => ({ ...node, op: name(node.op) })),
  edges,
});

async function evaluate({ data, rows }: { data: string; rows: string }): Promise<void> {
  await buildEncoder();
  const encode = await openEncoderIn(ENCODER_FOLDER);
  const artefacts = readArtefacts();
  const scorer = createScorer(artefacts, openKernel);
  const lines = readTable(data, 'nasbench201.csv');
  const wanted = Math.min(Number(rows), lines.length);
  // Evenly spaced, as the table is in the benchmark's order.
  const cells = Array.from(
    { length: wanted },
    (_, i) => lines[Math.floor((i * lines.length) / wanted)]?.arch,
  );
  const written = cells.map((cell) => readArchitecture('nas-bench-201', cell));
  const subjects = (name: (op: string) => string): Subject[] =>
    written.map(({ graph }) => ({
      graph: canonicalize(renamed(graph, name)),
      space: 'nas-bench-201',
    }));
  const scores = async (
    name: (op: string) => string,
    vectors?: ReadonlyMap<string, Float32Array>,
  ): Promise<number[]> => (await scorer.score(subjects(name), vectors)).map(({ score }) => score);

  const canonical = await scores((op) => op);
  const table = operatorTable(artefacts);
  const report = new Table({
    head: ['operators as', 'as read', 'forced through the encoder'],
    style: { head: [] },
  });
  for (const [title, names] of Object.entries(SPELLINGS)) {
    const spelled = (op: string): string => names[op] ?? op;
    const vectors = new Map<string, Float32Array>();
    for (const name of Object.values(names)) vectors.set(name, table.project(await encode(name)));
    const read = await scores((op) => describe(spelled(op)));
    const forced = await scores(spelled, vectors);
    report.push([title, spearman(canonical, read).toFixed(4), spearman(canonical, forced).toFixed(4)]);
  }
  console.log(`Spearman of scores with those of the canonical words, ${wanted} cells of NAS-Bench-201`);
  console.log(report.toString());
}

await new Command('spellings')
  .option('--data <folder>', 'benchmark tables', process.env.NAS_DATA_DIR ?? '../shared/data')
  .option('--rows <count>', 'cells to score', '1000')
  .action(evaluate)
  .parseAsync();
