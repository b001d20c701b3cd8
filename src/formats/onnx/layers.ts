/**
 * ONNX nodes to layers in words. What moves, reshapes, normalizes or activates values belongs to the layer before
 * it and leaves no trace; what is left is a graph of layers with their widths and sides.
 */
import { ArchitectureError } from '../../graph/architecture-error.ts';
import { IDENTITY, INPUT } from '../../graph/operator-graph.ts';
import { describe } from '../../operators/describe.ts';
import type { OnnxModel, OnnxNode } from './model.ts';
import { attributeInt, attributeInts, type Shape, type Tensors } from './shapes.ts';

export interface Layer {
  readonly op: string;
  /** Indices of the layers whose outputs enter, all smaller than the layer's own. */
  readonly inputs: readonly number[];
  readonly channelsIn: number;
  readonly channelsOut: number;
  /** Side length of the feature map that enters; of a sequence, the square root of its length. */
  readonly side: number;
  readonly stride: number;
}

/** Layers by index, the network's input first; a layer that was merged into another leaves a gap. */
export interface LayerGraph {
  readonly layers: (Layer | undefined)[];
  /** Layers whose outputs leave the network. */
  readonly outputs: readonly number[];
}

export const MATRIX_PRODUCT = 'matrix multiplication';
export const SOFTMAX = 'softmax';
export const MULTIPLICATION = 'multiplication';
export const CONCATENATION = 'concatenation';
export const LINEAR = 'linear layer';
export const GLOBAL_POOLING = 'global average pooling';

/** Nodes that change the look of a tensor, or each of its elements by itself, or its statistics. */
const TRANSPARENT: ReadonlySet<string> = new Set([
  ...[
    'Identity',
    'Dropout',
    'Cast',
    'CastLike',
    'Reshape',
    'Flatten',
    'Squeeze',
    'Unsqueeze',
    'Transpose',
    'Expand',
  ],
  ...['Pad', 'Slice', 'Split', 'Tile', 'QuantizeLinear', 'DequantizeLinear', 'DynamicQuantizeLinear'],
  ...[
    'BatchNormalization',
    'LayerNormalization',
    'InstanceNormalization',
    'GroupNormalization',
    'LpNormalization',
  ],
  ...['SimplifiedLayerNormalization', 'RMSNormalization', 'LRN', 'MeanVarianceNormalization'],
  ...[
    'Relu',
    'LeakyRelu',
    'PRelu',
    'Elu',
    'Selu',
    'Celu',
    'Gelu',
    'Erf',
    'Sigmoid',
    'HardSigmoid',
    'HardSwish',
  ],
  ...[
    'Tanh',
    'Softplus',
    'Softsign',
    'Mish',
    'Clip',
    'ThresholdedRelu',
    'LogSoftmax',
    'FastGelu',
    'QuickGelu',
  ],
  ...['Sqrt', 'Pow', 'Exp', 'Log', 'Neg', 'Abs', 'Reciprocal', 'Floor', 'Ceil', 'Round', 'Not', 'Sin', 'Cos'],
]);
const SUMS: ReadonlySet<string> = new Set(['Add', 'Sub', 'Sum']);
const PRODUCTS: ReadonlySet<string> = new Set(['Mul', 'Div']);

const side = (shape: Shape | undefined): number => {
  if (shape === undefined || shape.length < 3) return 1;
  const places = shape.length >= 4 ? (shape[2] ?? 1) * (shape[3] ?? 1) : (shape[1] ?? 1);
  return Math.max(1, Math.sqrt(places));
};
/** Images have their channels before their pixels, sequences after their tokens. */
const channels = (shape: Shape | undefined): number =>
  Math.max(1, (shape?.length === 3 ? shape[2] : shape?.[1]) ?? 1);

const square = (sizes: readonly number[]): string => `${sizes[0] ?? 1} by ${sizes[1] ?? 1}`;
/** A kernel along one axis counts as one row of a map. */
const kernelOf = (sizes: readonly number[]): readonly number[] =>
  sizes.length === 1 ? [1, sizes[0] ?? 1] : sizes.slice(0, 2);

function convolutionWords(node: OnnxNode, weights: Shape): string {
  const kernel = kernelOf(weights.slice(2));
  const groups = attributeInt(node, 'group', 1);
  const [dilation = 1] = attributeInts(node, 'dilations') ?? [];
  const [stride = 1] = attributeInts(node, 'strides') ?? [];
  const size = square(kernel);
  const spread = dilation > 1 ? `, dilation ${dilation}` : '';
  if (groups > 1) {
    const depthwise = (weights[1] ?? 1) === 1;
    return depthwise
      ? `depthwise convolution ${size}${spread}`
      : `grouped convolution ${size}, ${groups} groups${spread}`;
  }
  if (dilation > 1) return `dilated convolution ${size}${dilation === 2 ? '' : spread}`;
  // Patches that do not overlap; a 2 by 2 one is what networks reduce their maps with.
  if (stride >= 4 && kernel.every((length) => length === stride)) return `patch embedding ${size}`;
  return `convolution ${size}`;
}

/** `CamelCase` operator types as words. */
const spelledOut = (type: string): string =>
  describe(type.replace(/([a-z0-9])(?=[A-Z])/g, '$1 ').slice(0, 128) || 'unnamed');

function fail(code: string, message: string): never {
  throw new ArchitectureError(code, message);
}

class Lowering {
  readonly layers: Layer[] = [];
  /** The layer that each tensor is an output of, however it was reshaped since. */
  private readonly madeBy = new Map<string, number>();
  private readonly tensors: Tensors;
  private readonly defined: Set<string>;

  constructor({ nodes, inputs, initializers }: OnnxModel, tensors: Tensors) {
    this.tensors = tensors;
    this.defined = new Set(initializers.keys());
    const entering = inputs.filter(({ name }) => !initializers.has(name));
    const [first] = entering;
    if (first === undefined) fail('onnx-no-input', 'expected a graph with an input that is not a weight');
    const shape = tensors.shapeOf(first.name);
    const width = channels(shape);
    this.layers.push({
      op: INPUT,
      inputs: [],
      channelsIn: width,
      channelsOut: width,
      side: side(shape),
      stride: 1,
    });
    for (const { name } of entering) {
      this.defined.add(name);
      this.madeBy.set(name, 0);
    }
    for (const node of nodes) this.visit(node);
  }

  /** Layers behind the graph's outputs. */
  outputsOf(names: readonly string[]): number[] {
    const made = new Set(names.flatMap((name) => this.madeBy.get(name) ?? []));
    return [...made];
  }

  private visit(node: OnnxNode): void {
    for (const name of node.inputs) {
      if (name !== '' && !this.defined.has(name)) {
        const what = JSON.stringify(name.slice(0, 64));
        fail('onnx-unknown-tensor', `${node.type} reads ${what}, which no node before it gives`);
      }
    }
    for (const name of node.outputs) this.defined.add(name);
    const [output] = node.outputs;
    if (output === undefined || this.tensors.isConstant(output)) return;
    const sources = node.inputs.flatMap((name) => this.madeBy.get(name) ?? []);
    const made = this.lower(node, sources);
    if (made !== undefined) for (const name of node.outputs) this.madeBy.set(name, made);
  }

  private add(
    op: string,
    inputs: readonly number[],
    node: OnnxNode,
    width?: readonly [number, number],
  ): number {
    const data = node.inputs.find((name) => this.madeBy.has(name));
    const before = this.tensors.shapeOf(data);
    const after = this.tensors.shapeOf(node.outputs[0]);
    const [strideAlong = 1] = attributeInts(node, 'strides') ?? [];
    const [channelsIn, channelsOut] = width ?? [channels(before), channels(after)];
    this.layers.push({
      op,
      inputs,
      channelsIn: Math.max(1, channelsIn),
      channelsOut: Math.max(1, channelsOut),
      side: side(before),
      stride: Math.max(1, strideAlong),
    });
    return this.layers.length - 1;
  }

  /** The layer that the node's outputs belong to, a new one or one of its sources. */
  private lower(node: OnnxNode, sources: readonly number[]): number | undefined {
    const { type, inputs } = node;
    const distinct = [...new Set(sources)];
    const [source] = distinct;
    if (source === undefined) return undefined;
    const weights = this.tensors.shapeOf(inputs[1]);
    const fixedWeights = inputs[1] !== undefined && !this.madeBy.has(inputs[1]);
    switch (type) {
      case 'Conv':
      case 'ConvInteger':
        if (weights === undefined || !fixedWeights) break;
        return this.add(convolutionWords(node, weights), [source], node, [
          (weights[1] ?? 1) * attributeInt(node, 'group', 1),
          weights[0] ?? 1,
        ]);
      case 'ConvTranspose':
        if (weights === undefined || !fixedWeights) break;
        return this.upsampling(`transposed convolution ${square(kernelOf(weights.slice(2)))}`, source, node);
      case 'Gemm':
      case 'MatMul':
      case 'MatMulInteger': {
        const constant = [0, 1].find((at) => !this.madeBy.has(inputs[at] ?? ''));
        if (constant === undefined) return this.add(MATRIX_PRODUCT, sources.slice(0, 2), node);
        const matrix = this.tensors.shapeOf(inputs[constant]) ?? [];
        const sizes = [matrix.at(-2) ?? 1, matrix.at(-1) ?? 1] as const;
        const flipped = constant === 0 || (type === 'Gemm' && attributeInt(node, 'transB', 0) === 1);
        return this.add(LINEAR, [source], node, flipped ? [sizes[1], sizes[0]] : sizes);
      }
      case 'MaxPool':
      case 'AveragePool': {
        const kernel = square(kernelOf(attributeInts(node, 'kernel_shape') ?? []));
        return this.add(`${type === 'MaxPool' ? 'max' : 'average'} pooling ${kernel}`, [source], node);
      }
      case 'GlobalAveragePool':
        return this.add(GLOBAL_POOLING, [source], node);
      case 'GlobalMaxPool':
        return this.add('global max pooling', [source], node);
      case 'ReduceMean':
        return this.mean(node, source);
      case 'Softmax':
        return this.layers[source]?.op === MATRIX_PRODUCT || this.isMasked(source)
          ? this.add(SOFTMAX, [source], node)
          : source;
      case 'Concat':
        return distinct.length === 1 ? source : this.add(CONCATENATION, distinct, node);
      case 'Gather':
        // A table that is looked up, or a part that is taken.
        return this.madeBy.has(inputs[0] ?? '') ? source : this.add('token embedding', [source], node);
      case 'Where':
        return distinct.at(-1);
      case 'Resize':
      case 'Upsample': {
        const mode = node.attributes.mode?.text ?? 'nearest';
        const words =
          { nearest: 'nearest neighbor', linear: 'bilinear', cubic: 'bicubic' }[mode] ?? 'bilinear';
        return this.upsampling(`${words} upsampling`, source, node);
      }
      case 'DepthToSpace':
        return this.upsampling('pixel shuffle', source, node);
      case 'SpaceToDepth':
        return this.upsampling('pixel unshuffle', source, node);
    }
    if (SUMS.has(type)) return distinct.length === 1 ? source : this.add(IDENTITY, distinct, node);
    if (PRODUCTS.has(type)) return distinct.length === 1 ? source : this.add(MULTIPLICATION, distinct, node);
    if (TRANSPARENT.has(type) || type.startsWith('Reduce')) return source;
    return this.add(spelledOut(type), distinct, node);
  }

  /** A sum of scores and of a mask. */
  private isMasked(at: number): boolean {
    const layer = this.layers[at];
    return layer?.op === IDENTITY && layer.inputs.some((each) => this.layers[each]?.op === MATRIX_PRODUCT);
  }

  /** Over pixels or tokens a mean is a pooling, over channels a part of a normalization. */
  private mean(node: OnnxNode, source: number): number {
    const shape = this.tensors.shapeOf(node.inputs[0]);
    const axes = attributeInts(node, 'axes') ?? this.tensors.valuesOf(node.inputs[1]);
    if (shape === undefined || axes === undefined) return source;
    const places = axes.map((axis) => (axis < 0 ? axis + shape.length : axis)).sort();
    const pools =
      shape.length === 4 ? places.join() === '2,3' || places.join() === '1,2' : places.join() === '1';
    return pools && shape.length >= 3 ? this.add(GLOBAL_POOLING, [source], node) : source;
  }

  /** A layer that may enlarge the map: its stride is below one where it does. */
  private upsampling(op: string, source: number, node: OnnxNode): number {
    const at = this.add(op, [source], node);
    const layer = this.layers[at];
    const after = side(this.tensors.shapeOf(node.outputs[0]));
    if (layer !== undefined) this.layers[at] = { ...layer, stride: layer.side / Math.max(1, after) };
    return at;
  }
}

/**
 * The layers of a network.
 *
 * @throws ArchitectureError `onnx-no-input`, `onnx-no-output`, or `onnx-unknown-tensor` when a node reads what no
 * node before it gives
 */
export function lower(model: OnnxModel, tensors: Tensors): LayerGraph {
  const lowering = new Lowering(model, tensors);
  const outputs = lowering.outputsOf(model.outputs.map(({ name }) => name));
  if (outputs.length === 0) fail('onnx-no-output', 'expected a graph whose outputs depend on its inputs');
  return { layers: lowering.layers, outputs };
}
