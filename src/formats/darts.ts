/**
 * The networks of DARTS-like genotypes: one graph of the normal and the reduction cell, and the macro rules of
 * the CIFAR-10 and ImageNet networks built from them.
 */
import type { Layer } from '../graph/anatomy.ts';
import type { Skeleton, Stage } from '../graph/cost.ts';
import { graphOf, type OperatorGraph, type OperatorNode } from '../graph/operator-graph.ts';
import {
  DARTS_OPERATORS,
  type DartsCell,
  type DartsChoice,
  type DartsDataset,
  type DartsGenotype,
  parseGenotype,
  printGenotype,
} from './darts-genotype.ts';
import type { Format } from './format.ts';

type CellKind = 'normal' | 'reduce';

/** How a cell stands in a graph: the widths of what its operators read and of its nodes. */
interface Place {
  readonly strided: boolean;
  readonly widthIn: number;
  readonly width: number;
}

function operatorNode(
  kind: CellKind,
  index: number,
  [operator, state]: DartsChoice,
  { strided, widthIn, width }: Place,
): OperatorNode {
  const id = `${kind}/${Math.floor(index / 2) + 2}/${index % 2}`;
  const words = DARTS_OPERATORS[operator];
  // AmoebaNet's dilated separable convolution is twice what DARTS calls a dilated convolution.
  const twice = operator === 'dil_sep_conv_3x3' ? { repeat: 2 } : {};
  const node = { id, op: words, channelsIn: width, channelsOut: width, ...twice };
  if (!strided) return node;
  if (state >= 2) return { ...node, resolution: 0.5 };
  const op = words === 'identity' ? 'factorized reduction' : words;
  return { ...node, op, channelsIn: widthIn, stride: 2 };
}

const cellNodes = (kind: CellKind, cell: DartsCell, place: Place): OperatorNode[] =>
  cell.choices.map((choice, i) => operatorNode(kind, i, choice, place));

/** The normal cell reads the input as both cells before it; the reduction cell the input and the normal cell. */
function graph({ normal, reduce }: DartsGenotype): OperatorGraph {
  const edges: [string, string][] = [];
  const wire = (kind: CellKind, cell: DartsCell, before: readonly [string, string]): void => {
    const sources = (state: number): string[] => {
      const outside = before[state];
      return outside === undefined ? [`${kind}/${state}/0`, `${kind}/${state}/1`] : [outside];
    };
    cell.choices.forEach(([, state], i) => {
      const to = `${kind}/${Math.floor(i / 2) + 2}/${i % 2}`;
      for (const from of sources(state)) edges.push([from, to]);
    });
    for (const state of cell.concat) {
      for (const from of sources(state)) edges.push([from, `${kind}/concatenation`]);
    }
  };
  wire('normal', normal, ['input', 'input']);
  wire('reduce', reduce, ['input', 'normal/concatenation']);
  edges.push(['reduce/concatenation', 'output']);
  const concatenation = (
    kind: CellKind,
    width: number,
    joined: number,
    resolution: number,
  ): OperatorNode => ({
    id: `${kind}/concatenation`,
    op: 'concatenation',
    channelsIn: width,
    channelsOut: width * joined,
    resolution,
  });
  return graphOf(
    [
      { id: 'input', op: 'input' },
      ...cellNodes('normal', normal, { strided: false, widthIn: 1, width: 1 }),
      concatenation('normal', 1, normal.concat.length, 1),
      ...cellNodes('reduce', reduce, { strided: true, widthIn: 1, width: 2 }),
      concatenation('reduce', 2, reduce.concat.length, 0.5),
      { id: 'output', op: 'output' },
    ],
    edges,
  );
}

/** What stands before the cells and after them. */
interface Surroundings {
  readonly stem: readonly Layer[];
  /** The tensors that the first cell reads, the earlier one first. */
  readonly tensors: readonly [Tensor, Tensor];
  readonly classes: number;
}

interface Tensor {
  readonly channels: number;
  readonly side: number;
}

const SURROUNDINGS: Readonly<Record<DartsDataset, (channels: number) => Surroundings>> = {
  cifar10: (channels) => {
    const stem = { channels: 3 * channels, side: 32 };
    return { stem: convolution({ channels: 3, side: 32 }, stem), tensors: [stem, stem], classes: 10 };
  },
  imagenet: (channels) => {
    const half = { channels: Math.floor(channels / 2), side: 112 };
    const first = { channels, side: 56 };
    const second = { channels, side: 28 };
    return {
      stem: [
        ...convolution({ channels: 3, side: 224 }, half),
        { kind: 'activation', ...half },
        ...convolution(half, first),
        { kind: 'activation', ...first },
        ...convolution(first, second),
      ],
      tensors: [first, second],
      classes: 1_000,
    };
  },
};

/** A 3 by 3 convolution of the stem with its normalisation. */
function convolution(input: Tensor, output: Tensor): Layer[] {
  const { channels, side } = output;
  return [
    { kind: 'convolution', in: input.channels, out: channels, kernel: [3, 3], groups: 1, side },
    { kind: 'normalization', channels, side },
  ];
}

/** ReLU, 1 by 1 convolution, batch normalisation: brings a cell's input to the size of its nodes. */
const preprocess = (input: Tensor, { channels, side }: Tensor): Layer[] => [
  { kind: 'activation', ...input },
  { kind: 'convolution', in: input.channels, out: channels, kernel: [1, 1], groups: 1, side },
  { kind: 'normalization', channels, side },
];

/**
 * The evaluation networks of DARTS (`NetworkCIFAR` and `NetworkImageNet`, quark0/darts cnn/model.py), auxiliary
 * head left out. Params of the NDS tables are met to the last digit.
 */
function skeleton({ normal, reduce, layers, channels, dataset }: DartsGenotype): Skeleton {
  const unit = { widthIn: 1, width: 1 };
  const nodes = {
    normal: cellNodes('normal', normal, { strided: false, ...unit }),
    reduce: cellNodes('reduce', reduce, { strided: true, ...unit }),
  };
  const { stem, tensors, classes } = SURROUNDINGS[dataset](channels);
  const stages: Stage[] = [];
  let [before, last] = tensors;
  let width = channels;
  for (let i = 0; i < layers; i++) {
    const reduces = i === Math.floor(layers / 3) || i === Math.floor((2 * layers) / 3);
    if (reduces) width *= 2;
    const { side } = last;
    const entering = { channels: width, side };
    stages.push({
      cells: 1,
      nodes: reduces ? nodes.reduce : nodes.normal,
      channelsIn: width,
      channels: width,
      side,
      extra: [...preprocess(before, entering), ...preprocess(last, entering)],
    });
    before = last;
    const joined = (reduces ? reduce : normal).concat.length;
    last = { channels: width * joined, side: reduces ? side / 2 : side };
  }
  return {
    fixed: [
      ...stem,
      { kind: 'pooling', channels: last.channels, kernel: [last.side, last.side], side: 1 },
      { kind: 'linear', in: last.channels, out: classes, bias: true },
    ],
    stages,
  };
}

export const darts: Format<DartsGenotype> = {
  id: 'darts',
  title: 'DARTS genotype',
  example:
    "Genotype(normal=[('sep_conv_3x3', 0), ('sep_conv_3x3', 1), ('sep_conv_3x3', 0), ('sep_conv_3x3', 1), " +
    "('sep_conv_3x3', 1), ('skip_connect', 0), ('skip_connect', 0), ('dil_conv_3x3', 2)], " +
    "normal_concat=range(2, 6), reduce=[('max_pool_3x3', 0), ('max_pool_3x3', 1), ('skip_connect', 2), " +
    "('max_pool_3x3', 1), ('max_pool_3x3', 0), ('skip_connect', 2), ('skip_connect', 2), " +
    "('max_pool_3x3', 1)], reduce_concat=range(2, 6))",
  parse: parseGenotype,
  print: printGenotype,
  graph,
  skeleton,
};
