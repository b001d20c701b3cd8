/**
 * Writes ONNX models, as far as this project needs them: one graph, dense tensors, scalar and list attributes.
 * Field numbers are those of onnx.proto (https://github.com/onnx/onnx/blob/v1.16.0/onnx/onnx.proto).
 */
import { PbfWriter } from 'pbf';

/** Numbers of `TensorProto.DataType`. */
const DATA_TYPE = { float32: 1, uint8: 2, int8: 3, int32: 6, int64: 7, bool: 9, float16: 10 } as const;

export type OnnxType = keyof typeof DATA_TYPE;

/** Tensor contents. A `Uint16Array` holds the bits of float16 numbers. */
export type OnnxData = Float32Array | Uint8Array | Int8Array | Int32Array | BigInt64Array | Uint16Array;

/** A whole number is an INT attribute, a list of them INTS; floats are marked, as 1.0 and 1 look alike. */
export type OnnxAttribute = number | readonly number[] | string | { readonly float: number };

/** A dimension: its size, or a name for one that is known only when the model runs. */
export type OnnxDimension = number | string;

interface ValueInfo {
  readonly name: string;
  readonly type: OnnxType;
  readonly shape: readonly OnnxDimension[];
}

interface Initializer {
  readonly name: string;
  readonly dims: readonly number[];
  readonly data: OnnxData;
}

interface OnnxNode {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, OnnxAttribute>>;
}

function dataTypeOf(data: OnnxData): number {
  if (data instanceof Float32Array) return DATA_TYPE.float32;
  if (data instanceof Uint8Array) return DATA_TYPE.uint8;
  if (data instanceof Int8Array) return DATA_TYPE.int8;
  if (data instanceof Int32Array) return DATA_TYPE.int32;
  if (data instanceof BigInt64Array) return DATA_TYPE.int64;
  return DATA_TYPE.float16;
}

function writeTensor({ name, dims, data }: Initializer, pbf: PbfWriter): void {
  pbf.writePackedVarint(1, [...dims]);
  pbf.writeVarintField(2, dataTypeOf(data));
  pbf.writeStringField(8, name);
  // raw_data is little-endian, as are all machines that Node runs on.
  pbf.writeBytesField(9, new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
}

function writeAttribute([name, value]: readonly [string, OnnxAttribute], pbf: PbfWriter): void {
  const [FLOAT, INT, STRING, INTS] = [1, 2, 3, 7];
  pbf.writeStringField(1, name);
  if (typeof value === 'number') {
    if (!Number.isInteger(value))
      throw new RangeError(`attribute ${name}: write ${value} as { float: ${value} }`);
    pbf.writeVarintField(3, value);
    pbf.writeVarintField(20, INT);
  } else if (typeof value === 'string') {
    pbf.writeStringField(4, value);
    pbf.writeVarintField(20, STRING);
  } else if ('float' in value) {
    pbf.writeFloatField(2, value.float);
    pbf.writeVarintField(20, FLOAT);
  } else {
    pbf.writePackedVarint(8, [...value]);
    pbf.writeVarintField(20, INTS);
  }
}

function writeNode({ op, inputs, outputs, attributes }: OnnxNode, pbf: PbfWriter): void {
  for (const input of inputs) pbf.writeStringField(1, input);
  for (const output of outputs) pbf.writeStringField(2, output);
  pbf.writeStringField(3, outputs[0] ?? op);
  pbf.writeStringField(4, op);
  for (const attribute of Object.entries(attributes)) pbf.writeMessage(5, writeAttribute, attribute);
}

function writeDimension(dimension: OnnxDimension, pbf: PbfWriter): void {
  if (typeof dimension === 'number') pbf.writeVarintField(1, dimension);
  else pbf.writeStringField(2, dimension);
}

function writeShape(shape: readonly OnnxDimension[], pbf: PbfWriter): void {
  for (const dimension of shape) pbf.writeMessage(1, writeDimension, dimension);
}

function writeTensorType({ type, shape }: ValueInfo, pbf: PbfWriter): void {
  pbf.writeVarintField(1, DATA_TYPE[type]);
  pbf.writeMessage(2, writeShape, shape);
}

function writeValueInfo(value: ValueInfo, pbf: PbfWriter): void {
  pbf.writeStringField(1, value.name);
  pbf.writeMessage(2, (type: ValueInfo, at) => at.writeMessage(1, writeTensorType, type), value);
}

/**
 * A graph under construction. Every method returns the name of the tensor that it adds, to be handed to the
 * nodes that read it; nodes are written in the order in which they were added, which must be a topological one.
 *
 * @example
 * const graph = new OnnxGraph('double');
 * const x = graph.input('x', 'float32', ['batch', 4]);
 * const two = graph.constant('two', [], Float32Array.of(2));
 * graph.output(graph.node('Mul', [x, two], {}, 'y'), 'float32', ['batch', 4]);
 * const bytes = graph.encode();
 */
export class OnnxGraph {
  private readonly inputs: ValueInfo[] = [];
  private readonly outputs: ValueInfo[] = [];
  private readonly initializers: Initializer[] = [];
  private readonly nodes: OnnxNode[] = [];
  private readonly names = new Set<string>();
  private readonly name: string;
  private readonly opset: number;

  constructor(name: string, opset = 17) {
    this.name = name;
    this.opset = opset;
  }

  /** A tensor that the caller feeds. */
  input(name: string, type: OnnxType, shape: readonly OnnxDimension[]): string {
    this.inputs.push({ name: this.claim(name), type, shape });
    return name;
  }

  /** Declares a tensor of the graph as a result. */
  output(name: string, type: OnnxType, shape: readonly OnnxDimension[]): void {
    this.outputs.push({ name, type, shape });
  }

  /**
   * A weight or constant; its type is that of the array. `dims` `[]` is a scalar.
   *
   * @throws RangeError when the array does not fill the dimensions
   */
  constant(name: string, dims: readonly number[], data: OnnxData): string {
    const size = dims.reduce((product, dim) => product * dim, 1);
    if (size !== data.length) {
      throw new RangeError(
        `constant ${name}: ${dims.join(' x ')} holds ${size} numbers, given ${data.length}`,
      );
    }
    this.initializers.push({ name: this.claim(name), dims, data });
    return name;
  }

  /** A constant vector of int64, as `Reshape`, `ReduceSum` and their like take shapes and axes. */
  int64(name: string, values: readonly number[]): string {
    return this.constant(name, [values.length], BigInt64Array.from(values, BigInt));
  }

  /** A node with one output, named after the operator unless told. An input `''` leaves out an optional one. */
  node(
    op: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, OnnxAttribute>> = {},
    output = this.freshName(op),
  ): string {
    this.nodes.push({ op, inputs, outputs: [this.claim(output)], attributes });
    return output;
  }

  /** A node with several outputs. */
  nodeOf(
    op: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, OnnxAttribute>>,
    outputs: readonly string[],
  ): readonly string[] {
    this.nodes.push({ op, inputs, outputs: outputs.map((output) => this.claim(output)), attributes });
    return outputs;
  }

  /** The model file (`ModelProto`). The same calls give the same bytes. */
  encode(): Uint8Array<ArrayBuffer> {
    const pbf = new PbfWriter();
    pbf.writeVarintField(1, 8); // IR version 8: the one that opset 17 came with
    pbf.writeStringField(2, 'tgnas-edge');
    pbf.writeMessage(7, (graph: OnnxGraph, at) => graph.write(at), this);
    pbf.writeMessage(8, (version: number, at) => at.writeVarintField(2, version), this.opset);
    return new Uint8Array(pbf.finish());
  }

  private write(pbf: PbfWriter): void {
    for (const node of this.nodes) pbf.writeMessage(1, writeNode, node);
    pbf.writeStringField(2, this.name);
    for (const initializer of this.initializers) pbf.writeMessage(5, writeTensor, initializer);
    for (const input of this.inputs) pbf.writeMessage(11, writeValueInfo, input);
    for (const output of this.outputs) pbf.writeMessage(12, writeValueInfo, output);
  }

  private claim(name: string): string {
    if (this.names.has(name)) throw new RangeError(`tensor name ${name} is taken`);
    this.names.add(name);
    return name;
  }

  private freshName(op: string): string {
    let count = this.nodes.length;
    while (this.names.has(`${op}_${count}`)) count += 1;
    return `${op}_${count}`;
  }
}
