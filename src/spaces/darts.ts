import { darts } from '../formats/darts.ts';
import {
  DARTS_DEFAULTS,
  DARTS_OPERATORS,
  type DartsCell,
  type DartsGenotype,
  type DartsOperator,
} from '../formats/darts-genotype.ts';
import { ArchitectureError } from '../graph/architecture-error.ts';
import type { Genome, Slot, Space } from './space.ts';

/** The seven operators that DARTS's final cells choose from; `none` only takes part in its relaxed search. */
const OPERATORS: readonly DartsOperator[] = [
  'max_pool_3x3',
  'avg_pool_3x3',
  'skip_connect',
  'sep_conv_3x3',
  'sep_conv_5x5',
  'dil_conv_3x3',
  'dil_conv_5x5',
];
const WORDS = OPERATORS.map((operator) => DARTS_OPERATORS[operator]);

const KINDS = ['normal', 'reduce'] as const;
const NODES = [2, 3, 4, 5] as const;
const CONCAT: readonly number[] = NODES;
const MACRO = DARTS_DEFAULTS;

/** The pairs of earlier states that a node can read. */
const pairsOf = (node: number): (readonly [number, number])[] =>
  Array.from({ length: node }, (_, second) =>
    Array.from({ length: second }, (_, first) => [first, second] as const),
  ).flat();

/** Three slots a node: the pair of states it reads, the operator on the first, the operator on the second. */
const SLOTS_PER_NODE = 3;
const SLOTS: Slot[] = KINDS.flatMap((kind) =>
  NODES.flatMap((node) => [
    { name: `${kind} node ${node} inputs`, choices: pairsOf(node).map((pair) => pair.join(' and ')) },
    { name: `${kind} node ${node} first operator`, choices: WORDS },
    { name: `${kind} node ${node} second operator`, choices: WORDS },
  ]),
);

function cellOf(genome: Genome, offset: number): DartsCell {
  const choices = NODES.flatMap((node, i) => {
    const at = offset + SLOTS_PER_NODE * i;
    const pair = pairsOf(node)[genome[at] ?? 0] ?? [0, 1];
    return pair.map((state, k) => [OPERATORS[genome[at + 1 + k] ?? 0] ?? 'skip_connect', state] as const);
  });
  return { choices, concat: CONCAT };
}

const genotypeOf = (genome: Genome): DartsGenotype => ({
  normal: cellOf(genome, 0),
  reduce: cellOf(genome, SLOTS_PER_NODE * NODES.length),
  ...MACRO,
});

function outside(message: string, pointer: string): never {
  throw new ArchitectureError('architecture-not-in-space', message, { pointer });
}

function genesOf({ choices, concat }: DartsCell, kind: (typeof KINDS)[number]): number[] {
  if (choices.length !== 2 * NODES.length || concat.join() !== CONCAT.join()) {
    outside('a cell of the space has four nodes, all of them concatenated', `/${kind}`);
  }
  return NODES.flatMap((node, i) => {
    const pair = choices.slice(2 * i, 2 * i + 2).toSorted(([, a], [, b]) => a - b);
    const inputs = pairsOf(node).findIndex(
      (states) => states.join() === pair.map(([, state]) => state).join(),
    );
    if (inputs < 0) outside('the two operators of a node read different states', `/${kind}/${2 * i + 1}/1`);
    const operators = pair.map(([operator]) => {
      const choice = OPERATORS.indexOf(operator);
      return choice >= 0 ? choice : outside(`"${operator}" is no operator of the space`, `/${kind}`);
    });
    return [inputs, ...operators];
  });
}

/**
 * DARTS (Liu et al., ICLR 2019): a normal and a reduction cell of four nodes, each the sum of two operators on two
 * different earlier states. Per cell 180 x 7^8 ways, about 10^9, 10^18 for the two. With every choice alive a cell
 * pair is more than the 64 nodes of a graph, so there is no supernet.
 */
export const dartsSpace: Space = {
  id: 'darts',
  title: darts.title,
  format: darts.id,
  slots: SLOTS,
  operators: [...WORDS, 'factorized reduction', 'concatenation'],
  network(genome) {
    const genotype = genotypeOf(genome);
    return { graph: darts.graph(genotype), skeleton: darts.skeleton(genotype) };
  },
  print: (genome) => darts.print(genotypeOf(genome)),
  read(given) {
    const { normal, reduce, layers, channels, dataset } = darts.parse(given);
    if (layers !== MACRO.layers || channels !== MACRO.channels || dataset !== MACRO.dataset) {
      outside(
        `the space's networks have ${MACRO.layers} cells of ${MACRO.channels} channels for ${MACRO.dataset}`,
        '/layers',
      );
    }
    return [...genesOf(normal, 'normal'), ...genesOf(reduce, 'reduce')];
  },
};
