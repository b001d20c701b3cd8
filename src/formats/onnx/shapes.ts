/**
 * Shapes of an ONNX graph's tensors, and the values of those small constants that shapes are computed from.
 * The rules are those of the operators' specification (https://onnx.ai/onnx/operators/).
 */
import { type Dimensions, MAX_RANK, type OnnxModel, type OnnxNode } from './model.ts';

export type Shape = readonly number[];

export interface Tensors {
  shapeOf(name: string | undefined): Shape | undefined;
  /** Values of a small constant tensor, row-major. */
  valuesOf(name: string | undefined): readonly number[] | undefined;
  /** Whether the tensor is the same whatever enters the network. */
  isConstant(name: string): boolean;
}

/** Sizes that a file leaves open: one example, an ImageNet picture of three colours, or 128 tokens. */
function assumedSize(axis: number, rank: number): number {
  if (axis === 0) return 1;
  if (rank === 4) return axis === 1 ? 3 : 224;
  return 128;
}

const MAX_VALUES = 64;
const sizeOf = (shape: Shape): number => shape.reduce((product, size) => product * size, 1);
const isSize = (size: number): boolean => Number.isSafeInteger(size) && size >= 0;
const isWhole = (shape: Dimensions | undefined): shape is Shape =>
  shape?.every((size) => size !== undefined) ?? false;

export const attributeInt = ({ attributes }: OnnxNode, name: string, standard: number): number =>
  attributes[name]?.int ?? standard;
export const attributeInts = ({ attributes }: OnnxNode, name: string): readonly number[] | undefined =>
  attributes[name]?.ints;

/** Shape that tensors broadcast to. */
function broadcast(shapes: readonly Shape[]): Shape {
  const rank = Math.max(0, ...shapes.map(({ length }) => length));
  return Array.from({ length: rank }, (_, axis) =>
    shapes.reduce((size, shape) => {
      const own = shape[axis - rank + shape.length] ?? 1;
      return own === 1 ? size : own;
    }, 1),
  );
}

/** Output size along one axis of a sliding window. */
function windowed(node: OnnxNode, input: Shape, kernel: readonly number[]): number[] {
  const strides = attributeInts(node, 'strides') ?? [];
  const dilations = attributeInts(node, 'dilations') ?? [];
  const pads = attributeInts(node, 'pads') ?? [];
  const same = node.attributes.auto_pad?.text?.startsWith('SAME') ?? false;
  const round = attributeInt(node, 'ceil_mode', 0) === 1 ? Math.ceil : Math.floor;
  return kernel.map((size, i) => {
    const stride = strides[i] ?? 1;
    const before = input[i + 2] ?? 1;
    if (same) return Math.ceil(before / stride);
    const padded = before + (pads[i] ?? 0) + (pads[i + kernel.length] ?? 0);
    return Math.max(1, round((padded - ((dilations[i] ?? 1) * (size - 1) + 1)) / stride) + 1);
  });
}

function transposedWindow(node: OnnxNode, input: Shape, kernel: readonly number[]): number[] {
  const strides = attributeInts(node, 'strides') ?? [];
  const pads = attributeInts(node, 'pads') ?? [];
  const extra = attributeInts(node, 'output_padding') ?? [];
  return kernel.map((size, i) => {
    const padded = (pads[i] ?? 0) + (pads[i + kernel.length] ?? 0);
    return ((input[i + 2] ?? 1) - 1) * (strides[i] ?? 1) + size + (extra[i] ?? 0) - padded;
  });
}

/** Axes counted from the front. */
const fromFront = (axes: readonly number[], rank: number): number[] =>
  axes.map((axis) => (axis < 0 ? axis + rank : axis));

type Rule = (
  node: OnnxNode,
  shapes: readonly (Shape | undefined)[],
  infer: Inference,
) => (Shape | undefined)[];

/** Attribute of older opsets, second input of newer ones. */
const axesOf = (node: OnnxNode, infer: Inference, name = 'axes', at = 1): readonly number[] | undefined =>
  attributeInts(node, name) ?? infer.valuesOf(node.inputs[at]);

const asInput: Rule = (_node, [input]) => [input];
const elementwise: Rule = (_node, shapes) => {
  const known = shapes.filter((shape) => shape !== undefined);
  return [known.length === shapes.length ? broadcast(known) : undefined];
};
const pooled: Rule = (node, [input]) => {
  const kernel = attributeInts(node, 'kernel_shape');
  return [input && kernel && [...input.slice(0, 2), ...windowed(node, input, kernel)]];
};
const globallyPooled: Rule = (_node, [input]) => [input?.map((size, axis) => (axis < 2 ? size : 1))];
const reduced: Rule = (node, [input], infer) => {
  if (input === undefined) return [undefined];
  const axes = axesOf(node, infer);
  if (axes === undefined && node.inputs[1]) return [undefined];
  const gone = new Set(axes === undefined ? input.keys() : fromFront(axes, input.length));
  const kept = attributeInt(node, 'keepdims', 1) === 1;
  return [input.flatMap((size, axis) => (gone.has(axis) ? (kept ? [1] : []) : [size]))];
};
const recurrent: Rule = (node, [input]) => {
  const hidden = attributeInt(node, 'hidden_size', 1);
  const directions = node.attributes.direction?.text === 'bidirectional' ? 2 : 1;
  const [steps, batch] = input ?? [];
  if (steps === undefined || batch === undefined) return [undefined];
  const state = [directions, batch, hidden];
  return [[steps, directions, batch, hidden], state, state];
};

function resized(
  node: OnnxNode,
  [input]: readonly (Shape | undefined)[],
  infer: Inference,
): (Shape | undefined)[] {
  if (input === undefined) return [undefined];
  const sizes = infer.valuesOf(node.inputs[3]);
  if (sizes?.length === input.length) return [sizes];
  const scales =
    node.type === 'Upsample'
      ? (node.attributes.scales?.floats ?? infer.valuesOf(node.inputs[1]))
      : infer.valuesOf(node.inputs[2]);
  if (scales?.length !== input.length) return [undefined];
  return [input.map((size, axis) => Math.floor(size * (scales[axis] ?? 1)))];
}

function reshaped(
  node: OnnxNode,
  [input]: readonly (Shape | undefined)[],
  infer: Inference,
): (Shape | undefined)[] {
  const target = infer.valuesOf(node.inputs[1]);
  if (target === undefined || input === undefined) return [undefined];
  const sizes = target.map((size, axis) => (size === 0 ? (input[axis] ?? 1) : size));
  const rest = sizeOf(input) / sizes.reduce((product, size) => (size === -1 ? product : product * size), 1);
  return [sizes.map((size) => (size === -1 ? rest : size))];
}

function sliced(
  node: OnnxNode,
  [input]: readonly (Shape | undefined)[],
  infer: Inference,
): (Shape | undefined)[] {
  if (input === undefined) return [undefined];
  const starts = axesOf(node, infer, 'starts', 1);
  const ends = axesOf(node, infer, 'ends', 2);
  if (starts === undefined || ends === undefined) return [undefined];
  const axes = fromFront(axesOf(node, infer, 'axes', 3) ?? [...starts.keys()], input.length);
  const steps = infer.valuesOf(node.inputs[4]) ?? [];
  const sizes = [...input];
  axes.forEach((axis, i) => {
    const size = input[axis] ?? 1;
    const step = steps[i] ?? 1;
    const clamp = (at: number): number => Math.max(0, Math.min(size, at < 0 ? at + size : at));
    const [start, end] = [clamp(starts[i] ?? 0), clamp(ends[i] ?? size)];
    sizes[axis] = Math.max(0, Math.ceil(Math.abs(end - start) / Math.abs(step || 1)));
  });
  return [sizes];
}

function split(
  node: OnnxNode,
  [input]: readonly (Shape | undefined)[],
  infer: Inference,
): (Shape | undefined)[] {
  if (input === undefined) return [];
  const [axis = 0] = fromFront([attributeInt(node, 'axis', 0)], input.length);
  const parts = axesOf(node, infer, 'split', 1);
  const equal = Math.ceil((input[axis] ?? 1) / node.outputs.length);
  return node.outputs.map((_, i) => input.map((size, at) => (at === axis ? (parts?.[i] ?? equal) : size)));
}

const RULES: Readonly<Record<string, Rule>> = {
  Conv: (node, [input, weights]) => [
    input && weights && [input[0] ?? 1, weights[0] ?? 1, ...windowed(node, input, weights.slice(2))],
  ],
  ConvTranspose: (node, [input, weights]) => [
    input &&
      weights && [
        input[0] ?? 1,
        (weights[1] ?? 1) * attributeInt(node, 'group', 1),
        ...transposedWindow(node, input, weights.slice(2)),
      ],
  ],
  MaxPool: pooled,
  AveragePool: pooled,
  LpPool: pooled,
  GlobalAveragePool: globallyPooled,
  GlobalMaxPool: globallyPooled,
  Gemm: (node, [a, b]) => {
    if (a === undefined || b === undefined) return [undefined];
    const rows = a[attributeInt(node, 'transA', 0) === 1 ? 1 : 0] ?? 1;
    return [[rows, b[attributeInt(node, 'transB', 0) === 1 ? 0 : 1] ?? 1]];
  },
  MatMul: (_node, [a, b]) => {
    if (a === undefined || b === undefined || a.length === 0 || b.length === 0) return [undefined];
    const rows = a.length === 1 ? [] : [a.at(-2) ?? 1];
    const columns = b.length === 1 ? [] : [b.at(-1) ?? 1];
    return [[...broadcast([a.slice(0, -2), b.slice(0, -2)]), ...rows, ...columns]];
  },
  Transpose: (node, [input]) => {
    const perm = attributeInts(node, 'perm') ?? input?.map((_, axis) => input.length - 1 - axis);
    return [input && perm?.map((axis) => input[axis] ?? 1)];
  },
  Flatten: (node, [input]) => {
    const axis = attributeInt(node, 'axis', 1);
    return [input && [sizeOf(input.slice(0, axis)), sizeOf(input.slice(axis))]];
  },
  Reshape: reshaped,
  Squeeze: (node, [input], infer) => {
    const axes = axesOf(node, infer);
    const gone = new Set(input && axes && fromFront(axes, input.length));
    return [input?.filter((size, axis) => (axes === undefined ? size !== 1 : !gone.has(axis)))];
  },
  Unsqueeze: (node, [input], infer) => {
    const axes = axesOf(node, infer);
    if (input === undefined || axes === undefined) return [undefined];
    const sizes = [...input];
    for (const axis of fromFront(axes, input.length + axes.length).sort((a, b) => a - b))
      sizes.splice(axis, 0, 1);
    return [sizes];
  },
  Concat: (node, shapes) => {
    const known = shapes.filter((shape) => shape !== undefined);
    const [first] = known;
    if (first === undefined || known.length < shapes.length) return [undefined];
    const [axis = 0] = fromFront([attributeInt(node, 'axis', 0)], first.length);
    const total = known.reduce((sum, shape) => sum + (shape[axis] ?? 1), 0);
    return [first.map((size, at) => (at === axis ? total : size))];
  },
  Split: split,
  Slice: sliced,
  Gather: (node, [data, indices]) => {
    if (data === undefined || indices === undefined) return [undefined];
    const [axis = 0] = fromFront([attributeInt(node, 'axis', 0)], data.length);
    return [[...data.slice(0, axis), ...indices, ...data.slice(axis + 1)]];
  },
  Expand: (node, [input], infer) => {
    const target = infer.valuesOf(node.inputs[1]);
    return [input && target && broadcast([input, target])];
  },
  Pad: (node, [input], infer) => {
    const pads = axesOf(node, infer, 'pads', 1);
    if (input === undefined || pads === undefined) return [undefined];
    return [input.map((size, axis) => size + (pads[axis] ?? 0) + (pads[axis + input.length] ?? 0))];
  },
  Tile: (node, [input], infer) => {
    const repeats = infer.valuesOf(node.inputs[1]);
    return [input && repeats && input.map((size, axis) => size * (repeats[axis] ?? 1))];
  },
  Resize: resized,
  Upsample: resized,
  DepthToSpace: (node, [input]) => {
    const block = attributeInt(node, 'blocksize', 1);
    const [batch = 1, channels = 1, height = 1, width = 1] = input ?? [];
    return [input && [batch, channels / block ** 2, height * block, width * block]];
  },
  SpaceToDepth: (node, [input]) => {
    const block = attributeInt(node, 'blocksize', 1);
    const [batch = 1, channels = 1, height = 1, width = 1] = input ?? [];
    return [input && [batch, channels * block ** 2, height / block, width / block]];
  },
  Shape: (_node, [input]) => [input && [input.length]],
  ConstantOfShape: (node, _shapes, infer) => [infer.valuesOf(node.inputs[0])],
  ReduceMean: reduced,
  ReduceSum: reduced,
  ReduceMax: reduced,
  ReduceMin: reduced,
  ReduceProd: reduced,
  ReduceL2: reduced,
  Where: elementwise,
  LSTM: recurrent,
  GRU: recurrent,
  RNN: recurrent,
};
for (const type of [
  'Add',
  'Sub',
  'Mul',
  'Div',
  'Pow',
  'Min',
  'Max',
  'Sum',
  'Mean',
  'Equal',
  'Less',
  'Greater',
  'And',
  'Or',
  'PRelu',
  'Mod',
]) {
  Object.assign(RULES, { [type]: elementwise });
}

type Arithmetic = (a: number, b: number) => number;
const ARITHMETIC: Readonly<Record<string, Arithmetic>> = {
  Add: (a, b) => a + b,
  Sub: (a, b) => a - b,
  Mul: (a, b) => a * b,
  Equal: (a, b) => (a === b ? 1 : 0),
  Div: (a, b) => (Number.isInteger(a) && Number.isInteger(b) ? Math.trunc(a / b) : a / b),
};

class Inference implements Tensors {
  private readonly shapes = new Map<string, Shape>();
  private readonly values = new Map<string, readonly number[]>();
  private readonly constants = new Set<string>();

  constructor({ nodes, initializers, inputs, values }: OnnxModel) {
    for (const { name, shape } of values) if (isWhole(shape)) this.shapes.set(name, shape);
    for (const { name, dims, values: known } of initializers.values()) {
      this.shapes.set(name, dims);
      this.constants.add(name);
      if (known !== undefined) this.values.set(name, known);
    }
    for (const { name, shape } of inputs) {
      if (shape === undefined || initializers.has(name)) continue;
      this.shapes.set(
        name,
        shape.map((size, axis) => size ?? assumedSize(axis, shape.length)),
      );
    }
    for (const node of nodes) this.visit(node);
  }

  shapeOf(name: string | undefined): Shape | undefined {
    return name === undefined ? undefined : this.shapes.get(name);
  }

  valuesOf(name: string | undefined): readonly number[] | undefined {
    return name === undefined ? undefined : this.values.get(name);
  }

  isConstant(name: string): boolean {
    return name === '' || this.constants.has(name);
  }

  private visit(node: OnnxNode): void {
    // The shape of a tensor does not depend on what is in it.
    if (node.type === 'Shape' || node.type === 'Size' || node.inputs.every((name) => this.isConstant(name))) {
      for (const name of node.outputs) this.constants.add(name);
    }
    const value = node.attributes.value?.tensor;
    const [output] = node.outputs;
    if (node.type === 'Constant' && output !== undefined) {
      const { int, float } = {
        int: node.attributes.value_int?.int,
        float: node.attributes.value_float?.float,
      };
      const scalar = int ?? float;
      const ints = node.attributes.value_ints?.ints;
      const values = value?.values ?? ints ?? (scalar === undefined ? undefined : [scalar]);
      this.shapes.set(output, value?.dims ?? (ints === undefined ? [] : [ints.length]));
      if (values !== undefined) this.values.set(output, values);
      return;
    }
    const rule = RULES[node.type] ?? asInput;
    const inferred = rule(
      node,
      node.inputs.filter((name) => name !== '').map((name) => this.shapes.get(name)),
      this,
    );
    node.outputs.forEach((name, i) => {
      const shape = inferred[i];
      const plausible = shape?.every(isSize);
      if (shape === undefined || shape.length > MAX_RANK || !plausible) return;
      if (!this.shapes.has(name)) this.shapes.set(name, shape);
    });
    if (output !== undefined) {
      const values = this.computed(node);
      if (values !== undefined && values.length <= MAX_VALUES) this.values.set(output, values);
    }
  }

  /** Values of the operators that exporters compute shapes with. */
  private computed(node: OnnxNode): readonly number[] | undefined {
    const [first, second] = node.inputs;
    const a = this.valuesOf(first);
    const arithmetic = ARITHMETIC[node.type];
    if (node.type === 'Shape') return this.shapeOf(first);
    if (node.type === 'Concat') {
      const parts = node.inputs.map((name) => this.valuesOf(name));
      return parts.every((part) => part !== undefined) ? parts.flat() : undefined;
    }
    if (a === undefined) return undefined;
    if (node.type === 'ConstantOfShape') {
      const [fill = 0] = node.attributes.value?.tensor?.values ?? [];
      const length = sizeOf(a);
      // A shape read from a broken file may hold what is no size.
      return a.every(isSize) && length <= MAX_VALUES ? new Array<number>(length).fill(fill) : undefined;
    }
    if (node.type === 'Where') {
      const [yes, no] = [this.valuesOf(second), this.valuesOf(node.inputs[2])];
      if (yes === undefined || no === undefined) return undefined;
      return a.map((chosen, i) => (chosen ? yes[i % yes.length] : no[i % no.length]) ?? 0);
    }
    if (['Cast', 'Unsqueeze', 'Squeeze', 'Identity', 'Reshape', 'Floor'].includes(node.type)) return a;
    if (node.type === 'Gather') {
      return this.valuesOf(second)?.flatMap((at) => a[at < 0 ? at + a.length : at] ?? []);
    }
    if (node.type === 'Slice') {
      const [start] = axesOf(node, this, 'starts', 1) ?? [];
      const [end] = axesOf(node, this, 'ends', 2) ?? [];
      const [step = 1] = this.valuesOf(node.inputs[4]) ?? [];
      return step === 1 && start !== undefined && end !== undefined ? a.slice(start, end) : undefined;
    }
    const b = this.valuesOf(second);
    if (arithmetic === undefined || b === undefined) return undefined;
    const length = Math.max(a.length, b.length);
    return Array.from({ length }, (_, i) => arithmetic(a[i % a.length] ?? 0, b[i % b.length] ?? 0));
  }
}

/** Shapes and constants of a graph whose nodes stand in topological order, as ONNX wants them. */
export const inferShapes = (model: OnnxModel): Tensors => new Inference(model);
