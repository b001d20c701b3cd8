/** Layers that together are a block with a name of its own, merged into one; and repeats of one block in a row. */
import { IDENTITY, INPUT, MAX_NODES } from '../../graph/operator-graph.ts';
import {
  CONCATENATION,
  GLOBAL_POOLING,
  type Layer,
  type LayerGraph,
  LINEAR,
  MATRIX_PRODUCT,
  MULTIPLICATION,
  SOFTMAX,
} from './layers.ts';

/** A layer, and how often it stands in a row. */
export interface Block extends Layer {
  readonly repeat: number;
}

const POINTWISE = 'convolution 1 by 1';
const ATTENTION = 'multi-head self-attention';
const FEED_FORWARD = /^feed-forward network/;
const TOKEN_MIXING = 'token mixing multilayer perceptron';
const SQUEEZE = 'squeeze and excitation';
const DEPTHWISE = /^depthwise convolution (\d+ by \d+)$/;
/** Blocks whose words take the connection around them for granted. */
const WITH_SKIP =
  /^(inverted bottleneck convolution|multi-head self-attention|cross-attention|feed-forward network|token mixing)/;

class Merging {
  readonly blocks: (Block | undefined)[];
  readonly outputs: Set<number>;
  private consumers: number[][] = [];

  constructor({ layers, outputs }: LayerGraph) {
    this.blocks = layers.map((layer) => layer && { ...layer, repeat: 1 });
    this.outputs = new Set(outputs);
    this.count();
  }

  get size(): number {
    return this.blocks.filter((block) => block !== undefined && block.op !== IDENTITY).length;
  }

  /** Tells every block's readers afresh. */
  private count(): void {
    this.consumers = this.blocks.map(() => []);
    this.blocks.forEach((block, at) => {
      for (const input of new Set(block?.inputs)) this.consumers[input]?.push(at);
    });
  }

  /** Hands every block to `merge`, first to last. */
  pass(merge: (block: Block, at: number) => void): void {
    for (const at of this.blocks.keys()) {
      const block = this.blocks[at];
      if (block !== undefined) merge(block, at);
    }
  }

  block(at: number | undefined): Block | undefined {
    return at === undefined ? undefined : this.blocks[at];
  }

  readersOf(at: number): readonly number[] {
    return this.consumers[at] ?? [];
  }

  /** The only input of a block that has one. */
  before(at: number | undefined): number | undefined {
    const inputs = this.block(at)?.inputs;
    return inputs?.length === 1 ? inputs[0] : undefined;
  }

  /** Whether `reader` alone reads what the block gives. */
  isPrivate(at: number, reader: number): boolean {
    const readers = this.readersOf(at);
    return readers.length === 1 && readers[0] === reader && !this.outputs.has(at);
  }

  /** Puts `block` in the place of the block at `at` and of those in `merged`. */
  replace(at: number, block: Block, merged: readonly number[]): true {
    for (const gone of merged) {
      this.blocks[gone] = undefined;
      this.consumers[gone] = [];
    }
    for (const input of this.blocks[at]?.inputs ?? []) {
      this.consumers[input] = (this.consumers[input] ?? []).filter((reader) => reader !== at);
    }
    const gone = new Set(merged);
    this.blocks[at] = block;
    for (const input of new Set(block.inputs)) {
      const readers = (this.consumers[input] ?? []).filter((reader) => !gone.has(reader) && reader !== at);
      this.consumers[input] = [...readers, at];
    }
    return true;
  }

  /** Lets every reader of the block at `at` read `instead`, and drops it. */
  bypass(at: number, instead: number): true {
    for (const reader of this.readersOf(at)) {
      const block = this.blocks[reader];
      if (block === undefined) continue;
      const inputs = block.inputs.map((input) => (input === at ? instead : input));
      this.blocks[reader] = { ...block, inputs };
      const readers = this.consumers[instead] ?? [];
      if (!readers.includes(reader)) this.consumers[instead] = [...readers, reader];
    }
    for (const input of this.blocks[at]?.inputs ?? []) {
      this.consumers[input] = (this.consumers[input] ?? []).filter((reader) => reader !== at);
    }
    if (this.outputs.delete(at)) this.outputs.add(instead);
    this.blocks[at] = undefined;
    this.consumers[at] = [];
    return true;
  }
}

/** Merges what belongs to the block at `at`; says whether there was anything to merge. */
type Merge = (graph: Merging, block: Block, at: number) => boolean;

const isMap = (block: Block | undefined): boolean => block?.op === POINTWISE || block?.op === LINEAR;

/** Scores of queries and keys, softmax, mixture of values, with the maps around them. */
const attention: Merge = (graph, block, at) => {
  if (block.op !== SOFTMAX) return false;
  const below = graph.before(at);
  const masked = graph.block(below);
  const scoresAt =
    masked?.op === IDENTITY
      ? masked.inputs.find((input) => graph.block(input)?.op === MATRIX_PRODUCT)
      : below;
  const scores = graph.block(scoresAt);
  const [mixAt] = graph.readersOf(at);
  const mix = graph.block(mixAt);
  if (
    scoresAt === undefined ||
    scores?.op !== MATRIX_PRODUCT ||
    mixAt === undefined ||
    mix?.op !== MATRIX_PRODUCT
  ) {
    return false;
  }
  const values = mix.inputs.filter((input) => input !== at);
  const roots = [...scores.inputs, ...values];
  const mapsAt = [...new Set(roots.filter((root) => isMap(graph.block(root))))];
  const inputs = [
    ...new Set(roots.flatMap((root) => (mapsAt.includes(root) ? (graph.before(root) ?? []) : root))),
  ];
  const [outAt = mixAt] = graph
    .readersOf(mixAt)
    .filter(
      (reader) =>
        isMap(graph.block(reader)) && graph.isPrivate(mixAt, reader) && graph.before(reader) === mixAt,
    );
  const own = new Set([scoresAt, ...(below === undefined ? [] : [below]), at, mixAt, outAt]);
  const mapsServeThisAlone = mapsAt.every((map) => graph.readersOf(map).every((reader) => own.has(reader)));
  if (!mapsServeThisAlone) return false;
  const first = graph.block(inputs[0]);
  const op = inputs.length > 1 ? 'cross-attention' : mapsAt.length === 0 ? 'self-attention' : ATTENTION;
  const width = graph.block(mapsAt[0])?.channelsIn ?? first?.channelsOut ?? mix.channelsOut;
  const merged = [...mapsAt, scoresAt, ...(below === undefined ? [] : [below]), at, mixAt];
  return graph.replace(
    outAt,
    {
      op,
      inputs,
      channelsIn: width,
      channelsOut: graph.block(outAt)?.channelsOut ?? width,
      side: graph.block(mapsAt[0])?.side ?? mix.side,
      stride: 1,
      repeat: 1,
    },
    [...new Set(merged)].filter((gone) => gone !== outAt),
  );
};

/** Two linear layers on tokens, wide in between. */
const feedForward: Merge = (graph, block, at) => {
  const wideAt = graph.before(at);
  const wide = graph.block(wideAt);
  if (block.op !== LINEAR || wide?.op !== LINEAR || wideAt === undefined || block.side <= 1) return false;
  const { channelsIn, channelsOut, inputs } = wide;
  const narrows = channelsOut > channelsIn && block.channelsOut === channelsIn;
  if (!narrows || !graph.isPrivate(wideAt, at)) return false;
  const from = graph.block(inputs[0]);
  // Maps of another width than the tokens have are maps of the tokens themselves (Tolstikhin et al. 2021).
  if (from !== undefined && from.op !== INPUT && from.channelsOut !== channelsIn) {
    const width = from.channelsOut;
    const mixed = { ...block, op: TOKEN_MIXING, inputs, channelsIn: width, channelsOut: width };
    return graph.replace(at, mixed, [wideAt]);
  }
  const expansion = Math.round((10 * channelsOut) / channelsIn) / 10;
  const op = expansion === 4 ? 'feed-forward network' : `feed-forward network, expansion ${expansion}`;
  return graph.replace(at, { ...block, op, inputs, channelsIn }, [wideAt]);
};

/** Depthwise, then a feed-forward network a pixel, with a connection around both (Liu et al. 2022). */
const convNext: Merge = (graph, block, at) => {
  if (block.op !== IDENTITY || block.inputs.length !== 2) return false;
  for (const [inside, around] of [block.inputs, [...block.inputs].reverse()]) {
    const depthwiseAt = graph.before(inside);
    const depthwise = graph.block(depthwiseAt);
    const kernel = DEPTHWISE.exec(depthwise?.op ?? '')?.[1];
    if (inside === undefined || depthwiseAt === undefined || kernel === undefined) continue;
    if (graph.block(inside)?.op !== 'feed-forward network' || graph.before(depthwiseAt) !== around) continue;
    if (!graph.isPrivate(inside, at) || !graph.isPrivate(depthwiseAt, inside)) continue;
    const { inputs = [], channelsIn = 1, channelsOut = 1, side = 1 } = depthwise ?? {};
    const merged = { ...block, op: `ConvNeXt block ${kernel}`, inputs, channelsIn, channelsOut, side };
    return graph.replace(at, merged, [inside, depthwiseAt]);
  }
  return false;
};

/** Channels weighted by two maps of their means (Hu et al. 2018). */
const squeezeAndExcitation: Merge = (graph, block, at) => {
  if (block.op !== MULTIPLICATION || block.inputs.length !== 2) return false;
  for (const [x, gateAt] of [block.inputs, [...block.inputs].reverse()]) {
    const squeezeAt = graph.before(gateAt);
    const poolAt = graph.before(squeezeAt);
    if (x === undefined || gateAt === undefined || squeezeAt === undefined || poolAt === undefined) continue;
    const maps = isMap(graph.block(gateAt)) && isMap(graph.block(squeezeAt));
    if (!maps || graph.block(poolAt)?.op !== GLOBAL_POOLING || graph.before(poolAt) !== x) continue;
    const width = graph.block(x)?.channelsOut ?? block.channelsOut;
    const merged = { ...block, op: SQUEEZE, inputs: [x], channelsIn: width, channelsOut: width };
    return graph.replace(at, merged, [gateAt, squeezeAt, poolAt]);
  }
  return false;
};

/** Pointwise out, depthwise, perhaps squeeze and excitation, pointwise back (MobileNetV2, MnasNet). */
const invertedBottleneck: Merge = (graph, block, at) => {
  if (block.op !== POINTWISE) return false;
  const directAt = graph.before(at);
  const squeezed = graph.block(directAt)?.op === SQUEEZE;
  const depthwiseAt = squeezed ? graph.before(directAt) : directAt;
  const depthwise = graph.block(depthwiseAt);
  const kernel = DEPTHWISE.exec(depthwise?.op ?? '')?.[1];
  if (
    directAt === undefined ||
    depthwiseAt === undefined ||
    depthwise === undefined ||
    kernel === undefined
  ) {
    return false;
  }
  if (!graph.isPrivate(directAt, at) || (squeezed && !graph.isPrivate(depthwiseAt, directAt))) return false;
  const inner = squeezed ? [directAt, depthwiseAt] : [directAt];
  const wideAt = graph.before(depthwiseAt);
  const wide = graph.block(wideAt);
  const tail = squeezed ? `, ${SQUEEZE}` : '';
  if (
    wideAt !== undefined &&
    wide?.op === POINTWISE &&
    wide.channelsOut > wide.channelsIn &&
    graph.isPrivate(wideAt, depthwiseAt)
  ) {
    const expansion = Math.round((10 * wide.channelsOut) / wide.channelsIn) / 10;
    const op = `inverted bottleneck convolution ${kernel}, expansion ${expansion}${tail}`;
    const { inputs, channelsIn, side } = wide;
    return graph.replace(at, { ...block, op, inputs, channelsIn, side, stride: depthwise.stride }, [
      ...inner,
      wideAt,
    ]);
  }
  const op = squeezed
    ? `inverted bottleneck convolution ${kernel}, expansion 1${tail}`
    : `depthwise separable convolution ${kernel}`;
  const { inputs, channelsIn, side, stride } = depthwise;
  return graph.replace(at, { ...block, op, inputs, channelsIn, side, stride }, inner);
};

/** A sum of a block and of its own input, where the block's name says as much. */
const skipAround: Merge = (graph, block, at) => {
  if (block.op !== IDENTITY || block.inputs.length !== 2) return false;
  for (const [inside, around] of [block.inputs, [...block.inputs].reverse()]) {
    const named = graph.block(inside);
    if (inside === undefined || named === undefined || !WITH_SKIP.test(named.op)) continue;
    if (named.inputs.length !== 1 || named.inputs[0] !== around || !graph.isPrivate(inside, at)) continue;
    return graph.bypass(at, inside);
  }
  return false;
};

/** The run of private convolutions that leads to `at`, last first. */
function runTo(graph: Merging, at: number, reader: number): number[] {
  const run: number[] = [];
  let [next, readBy]: [number | undefined, number] = [at, reader];
  while (next !== undefined && run.length < 3) {
    if (!/convolution/.test(graph.block(next)?.op ?? '') || !graph.isPrivate(next, readBy)) break;
    run.push(next);
    [readBy, next] = [next, graph.before(next)];
  }
  return run;
}

/** The words of the residual block that a run of convolutions is, first convolution first. */
function residualWords(ops: readonly string[]): string | undefined {
  const kernels = ops.map((op) => /^(?:grouped )?convolution (\d+ by \d+)(, \d+ groups)?$/.exec(op));
  const [first, second, third] = kernels;
  if (ops.length === 2 && first?.[1] === second?.[1] && first !== null && first?.[2] === undefined) {
    return first?.[1] === undefined ? undefined : `residual block convolution ${first[1]}`;
  }
  if (ops.length === 3 && first?.[1] === '1 by 1' && third?.[1] === '1 by 1' && second?.[1] !== undefined) {
    return `residual bottleneck block convolution ${second[1]}${second[2] ?? ''}`;
  }
  return undefined;
}

/** Two or three convolutions with a connection around them, plain or through a 1 by 1 convolution (He et al. 2016). */
const residual: Merge = (graph, block, at) => {
  if (block.op !== IDENTITY || block.inputs.length !== 2) return false;
  for (const [inside, around] of [block.inputs, [...block.inputs].reverse()]) {
    if (inside === undefined || around === undefined) continue;
    const run = runTo(graph, inside, at);
    const projected = graph.block(around)?.op === POINTWISE && graph.isPrivate(around, at);
    const x = projected ? graph.before(around) : around;
    for (const length of [3, 2]) {
      const members = run.slice(0, length);
      const firstAt = members.at(-1);
      const first = graph.block(firstAt);
      if (members.length < length || first === undefined || graph.before(firstAt) !== x) continue;
      const op = residualWords(members.map((each) => graph.block(each)?.op ?? '').reverse());
      if (op === undefined || x === undefined) continue;
      const stride = members.reduce((product, each) => product * (graph.block(each)?.stride ?? 1), 1);
      const { channelsOut = block.channelsOut } = graph.block(inside) ?? {};
      const { channelsIn, side } = first;
      const merged = [...members, ...(projected ? [around] : [])];
      return graph.replace(at, { op, inputs: [x], channelsIn, channelsOut, side, stride, repeat: 1 }, merged);
    }
  }
  return false;
};

/** One layer of a dense block: its output joins all that came before (Huang et al. 2017). */
const denseLayer: Merge = (graph, block, at) => {
  if (block.op !== CONCATENATION || block.inputs.length < 2) return false;
  const newest = block.inputs.at(-1) ?? 0;
  const run = runTo(graph, newest, at).slice(0, 2);
  const [last, first] = run;
  if (last === undefined || first === undefined || graph.block(first)?.op !== POINTWISE) return false;
  const kernel = /^convolution (\d+ by \d+)$/.exec(graph.block(last)?.op ?? '')?.[1];
  const x = graph.before(first);
  const before = block.inputs.slice(0, -1);
  const joined = graph.block(x);
  // What enters the layer is what its output is joined to.
  const same = before.length === 1 ? before[0] === x : (joined?.op.startsWith('dense block layer') ?? false);
  if (kernel === undefined || x === undefined || joined === undefined || !same) return false;
  const { channelsIn = 1, side = 1 } = graph.block(first) ?? {};
  const merged = { ...block, op: `dense block layer ${kernel}`, inputs: [x], channelsIn, side, stride: 1 };
  return graph.replace(at, merged, run);
};

/** Attention and feed-forward network, one after the other. */
const encoderBlock: Merge = (graph, block, at) => {
  const attentionAt = graph.before(at);
  if (attentionAt === undefined || !FEED_FORWARD.test(block.op)) return false;
  const attending = graph.block(attentionAt);
  if (attending?.op !== ATTENTION || !graph.isPrivate(attentionAt, at)) return false;
  const { inputs, channelsIn } = attending;
  return graph.replace(at, { ...block, op: 'transformer encoder block', inputs, channelsIn }, [attentionAt]);
};

/** A block after one of its own kind and width. */
const repeated: Merge = (graph, block, at) => {
  const beforeAt = graph.before(at);
  const before = graph.block(beforeAt);
  if (beforeAt === undefined || before === undefined || before.op !== block.op || block.op === INPUT)
    return false;
  const alike = block.stride === 1 && before.channelsOut === block.channelsOut;
  // The layers of a dense block grow; everything else keeps its width.
  const grows = block.op.startsWith('dense block layer');
  if (!(alike || grows) || !graph.isPrivate(beforeAt, at)) return false;
  const { inputs, channelsIn, side, stride } = before;
  const repeat = before.repeat + block.repeat;
  return graph.replace(at, { ...block, inputs, channelsIn, side, stride, repeat }, [beforeAt]);
};

/** Always, so that a network reads the same at any depth. */
const NAMED: readonly Merge[] = [
  attention,
  feedForward,
  convNext,
  squeezeAndExcitation,
  invertedBottleneck,
  skipAround,
];
/** Only while there are more nodes than a graph may have. */
const CONDENSING: readonly (readonly Merge[])[] = [
  [residual, denseLayer],
  [repeated],
  [encoderBlock, repeated],
];

/** What is left of attention where its pattern was another one. */
const looseSoftmax: Merge = (graph, block, at) => {
  const before = graph.before(at);
  return block.op === SOFTMAX && before !== undefined && graph.bypass(at, before);
};

/**
 * The layers with blocks merged under their names, and condensed into stages of repeats where they are more than a
 * graph may have.
 */
export function mergeBlocks(layers: LayerGraph): {
  blocks: readonly (Block | undefined)[];
  outputs: readonly number[];
} {
  const graph = new Merging(layers);
  const run = (merges: readonly Merge[]): void => {
    for (const merge of merges) graph.pass((block, at) => merge(graph, block, at));
  };
  run(NAMED);
  run([looseSoftmax]);
  for (const merges of CONDENSING) {
    // Input and output are nodes as well; the output is not among the blocks.
    if (graph.size + 1 <= MAX_NODES) break;
    run(merges);
  }
  return { blocks: graph.blocks, outputs: [...graph.outputs] };
}
