/**
 * @file Does a cell keep its rank when its operators are written in other ways? Once as the product reads them,
 * and once with the words forced through the live encoder as they stand.
 */
import { readArchitecture } from '../../src/formats/registry.ts';
import { canonicalize } from '../../src/graph/canonicalize.ts';
import type { OperatorGraph } from '../../src/graph/operator-graph.ts';
import { describe } from '../../src/operators/describe.ts';
import { readArtefacts } from '../../src/predictor/artefacts-node.ts';
import { openKernel } from '../../src/predictor/engine-node.ts';
import { openEncoderIn } from '../../src/predictor/lexicon-node.ts';
import { operatorTable } from '../../src/predictor/operator-table.ts';
import { createScorer, type Subject } from '../../src/predictor/scorer.ts';
import { buildEncoder, ENCODER_FOLDER } from '../minilm/encoder-files.ts';
import { spearman } from './rank-metrics.ts';

/**
 * Names of NAS-Bench-201's operators that do work. Identity and none shape the graph and keep their words. The
 * networks are taught with other wordings of the same operators (`scripts/train/wordings.ts`), never with these;
 * the last are of no form that is taught.
 */
export const SPELLINGS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
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
  'a description': {
    'convolution 3 by 3': 'a small square filter of three by three pixels over all channels',
    'convolution 1 by 1': 'a filter that mixes the channels of single pixels',
    'average pooling 3 by 3': 'the mean of each window of three by three pixels',
  },
};

export interface Respelled {
  readonly title: string;
  /** Spearman's rho of the scores with those of the canonical words. */
  readonly asRead: number;
  readonly forced: number;
}

const renamed = ({ nodes, edges }: OperatorGraph, name: (op: string) => string): OperatorGraph => ({
  nodes: nodes.map((node) => ({ ...node, op: name(node.op) })),
  edges,
});

/** @param cells texts of NAS-Bench-201 cells */
export async function respell(cells: readonly string[]): Promise<Respelled[]> {
  await buildEncoder();
  const encode = await openEncoderIn(ENCODER_FOLDER);
  const artefacts = readArtefacts();
  const table = operatorTable(artefacts);
  const scorer = createScorer(artefacts, openKernel);
  const graphs = cells.map((cell) => readArchitecture('nas-bench-201', cell).graph);
  const scores = async (
    name: (op: string) => string,
    vectors?: ReadonlyMap<string, Float32Array>,
  ): Promise<number[]> => {
    const subjects = graphs.map(
      (graph): Subject => ({ graph: canonicalize(renamed(graph, name)), space: 'nas-bench-201' }),
    );
    return (await scorer.score(subjects, vectors, [])).map(({ score }) => score);
  };
  const canonical = await scores((op) => op);
  const found: Respelled[] = [];
  for (const [title, names] of Object.entries(SPELLINGS)) {
    const spelled = (op: string): string => names[op] ?? op;
    const vectors = new Map<string, Float32Array>();
    for (const name of Object.values(names)) {
      // What is not understood goes to the encoder in the product too.
      for (const words of new Set([name, describe(name)])) {
        vectors.set(words, table.project(await encode(words)));
      }
    }
    const read = await scores((op) => describe(spelled(op)), vectors);
    const forced = await scores(spelled, vectors);
    found.push({ title, asRead: spearman(canonical, read), forced: spearman(canonical, forced) });
  }
  return found;
}
