/**
 * Reads the graph of an ONNX file and skips its weights: of a tensor only name, shape and type are kept, and the
 * values where there are few enough to be a shape or an axis. Field numbers are those of onnx.proto
 * (https://github.com/onnx/onnx/blob/v1.16.0/onnx/onnx.proto).
 */
import { PbfReader } from 'pbf';
import { ArchitectureError } from '../../graph/architecture-error.ts';

const MAX_NODES = 20_000;
const MAX_TENSORS = 50_000;
const MAX_ATTRIBUTES = 64;
/** Inputs and outputs of all nodes together. */
const MAX_ENDS = 200_000;
/** Axes of a tensor. */
export const MAX_RANK = 16;
const MAX_NAME_BYTES = 4_096;
const MAX_LIST = 1_024;
/** Tensors of up to this many bytes are read: shapes, axes, pads and scales. */
const MAX_VALUE_BYTES = 512;

/** Sizes by axis; `undefined` where the file leaves one open. */
export type Dimensions = readonly (number | undefined)[];

/** Numbers of `TensorProto.DataType`. */
const TYPE = {
  float: 1,
  uint8: 2,
  int8: 3,
  int32: 6,
  int64: 7,
  float16: 10,
  double: 11,
  bfloat16: 16,
} as const;
const WEIGHT_TYPES: ReadonlySet<number> = new Set([
  ...[TYPE.float, TYPE.float16, TYPE.double, TYPE.bfloat16],
  ...[TYPE.int8, TYPE.uint8],
]);

export interface OnnxTensor {
  readonly name: string;
  readonly dims: readonly number[];
  /** Of a type that weights have. */
  readonly couldBeWeights: boolean;
  /** Row-major values of a small tensor. */
  readonly values?: readonly number[];
}

export interface OnnxAttribute {
  readonly int?: number;
  readonly float?: number;
  readonly text?: string;
  readonly ints?: readonly number[];
  readonly floats?: readonly number[];
  readonly tensor?: OnnxTensor;
}

export interface OnnxNode {
  /** The operator's type, such as `Conv`. */
  readonly type: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, OnnxAttribute>>;
}

export interface OnnxValue {
  readonly name: string;
  readonly shape?: Dimensions;
}

export interface OnnxModel {
  readonly nodes: readonly OnnxNode[];
  readonly initializers: ReadonlyMap<string, OnnxTensor>;
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
  /** Shapes of inner tensors that the file tells. */
  readonly values: readonly OnnxValue[];
}

const LENGTH_DELIMITED = 2;
const WIRE_TYPES: ReadonlySet<number> = new Set([0, 1, LENGTH_DELIMITED, 5]);

/** A reader that never believes a length beyond the message that it stands in. */
class Message {
  private readonly pbf: PbfReader;
  private readonly end: number;

  constructor(pbf: PbfReader, end: number) {
    this.pbf = pbf;
    this.end = end;
  }

  fail(expected: string): never {
    // Of a length that leads beyond the file, the file's end is the place.
    const offset = Math.min(this.pbf.pos, this.pbf.buf.length);
    throw new ArchitectureError('onnx-malformed', `expected ${expected} at byte ${offset}`, {
      pointer: '',
      offset,
    });
  }

  /** Hands every field to `read`, which may leave it unread. */
  fields(read: (tag: number) => void): void {
    const { pbf, end } = this;
    while (pbf.pos < end) {
      const key = pbf.readVarint();
      pbf.type = key & 7;
      if (key < 8 || !WIRE_TYPES.has(pbf.type)) this.fail('a field of an ONNX model');
      const start = pbf.pos;
      if (pbf.type === LENGTH_DELIMITED) {
        if (this.length() > end - pbf.pos) this.fail('a field that ends within its message');
        pbf.pos = start;
      }
      read(key >>> 3);
      if (pbf.pos === start) pbf.skip(pbf.type);
      if (!(pbf.pos <= end)) this.fail('a field that ends within its message');
    }
  }

  private length(): number {
    if (this.pbf.type !== LENGTH_DELIMITED) this.fail('a length');
    return this.pbf.readVarint();
  }

  message(): Message {
    const length = this.length();
    return new Message(this.pbf, this.pbf.pos + length);
  }

  number(): number {
    if (this.pbf.type !== 0) this.fail('a whole number');
    return this.pbf.readVarint(true);
  }

  float(): number {
    if (this.pbf.type !== 5) this.fail('a float');
    return this.pbf.readFloat();
  }

  /** A list of whole numbers, packed or not. */
  numbers(into: number[]): void {
    if (this.pbf.type === 0) {
      into.push(this.number());
    } else {
      const length = this.length();
      const end = this.pbf.pos + length;
      while (this.pbf.pos < end && into.length <= MAX_LIST) into.push(this.pbf.readVarint(true));
    }
    if (into.length > MAX_LIST) this.fail(`at most ${MAX_LIST} numbers in a list`);
  }

  floats(into: number[]): void {
    if (this.pbf.type === 5) {
      into.push(this.pbf.readFloat());
    } else {
      const length = this.length();
      const end = this.pbf.pos + length;
      while (this.pbf.pos < end && into.length <= MAX_LIST) into.push(this.pbf.readFloat());
    }
    if (into.length > MAX_LIST) this.fail(`at most ${MAX_LIST} numbers in a list`);
  }

  text(): string {
    const length = this.length();
    if (length > MAX_NAME_BYTES) this.fail(`a name of at most ${MAX_NAME_BYTES} bytes`);
    const start = this.pbf.pos;
    this.pbf.pos += length;
    return new TextDecoder().decode(this.pbf.buf.subarray(start, start + length));
  }

  /** Calls `read` unless the field is long, which leaves it to be skipped. */
  few(read: () => void): void {
    const start = this.pbf.pos;
    const long = this.pbf.type === LENGTH_DELIMITED && this.length() > MAX_VALUE_BYTES;
    this.pbf.pos = start;
    if (!long) read();
  }

  /** A view of bytes if they are few; otherwise nothing, and they are skipped. */
  fewBytes(): Uint8Array | undefined {
    const length = this.length();
    const start = this.pbf.pos;
    this.pbf.pos += length;
    return length > MAX_VALUE_BYTES ? undefined : this.pbf.buf.subarray(start, start + length);
  }
}

function valuesOf(type: number, bytes: Uint8Array): number[] | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const read = (size: number, at: (offset: number) => number): number[] =>
    Array.from({ length: Math.floor(bytes.byteLength / size) }, (_, i) => at(i * size));
  if (type === TYPE.int64) return read(8, (at) => Number(view.getBigInt64(at, true)));
  if (type === TYPE.int32) return read(4, (at) => view.getInt32(at, true));
  if (type === TYPE.float) return read(4, (at) => view.getFloat32(at, true));
  return undefined;
}

function readTensor(message: Message): OnnxTensor {
  const dims: number[] = [];
  const listed: number[] = [];
  let [name, type] = ['', 0];
  let raw: Uint8Array | undefined;
  message.fields((tag) => {
    if (tag === 1) message.numbers(dims);
    else if (tag === 2) type = message.number();
    else if (tag === 8) name = message.text();
    else if (tag === 9) raw = message.fewBytes();
    // Values that are not raw: floats, int32 and int64. Long lists are weights and skipped like them.
    else if (tag === 4) readFew(message, listed, 'floats');
    else if (tag === 5 || tag === 7) readFew(message, listed, 'numbers');
  });
  if (dims.length > MAX_RANK) message.fail(`at most ${MAX_RANK} axes`);
  if (!dims.every((size) => Number.isSafeInteger(size) && size >= 0)) message.fail('sizes of a tensor');
  const values = raw === undefined ? (listed.length > 0 ? listed : undefined) : valuesOf(type, raw);
  const count = dims.reduce((product, size) => product * size, 1);
  const whole = values !== undefined && values.length === count;
  return { name, dims, couldBeWeights: WEIGHT_TYPES.has(type), ...(whole ? { values } : {}) };
}

/** Reads a packed list if it is short; a list that is written number by number is always read. */
function readFew(message: Message, into: number[], kind: 'floats' | 'numbers'): void {
  if (into.length < MAX_LIST) message.few(() => message[kind](into));
}

function readAttribute(message: Message): readonly [string, OnnxAttribute] {
  let name = '';
  const ints: number[] = [];
  const floats: number[] = [];
  const single: { int?: number; float?: number; text?: string; tensor?: OnnxTensor } = {};
  message.fields((tag) => {
    if (tag === 1) name = message.text();
    else if (tag === 2) single.float = message.float();
    else if (tag === 3) single.int = message.number();
    else if (tag === 4)
      message.few(() => {
        single.text = message.text();
      });
    else if (tag === 5) single.tensor = readTensor(message.message());
    else if (tag === 7) message.floats(floats);
    else if (tag === 8) message.numbers(ints);
    // Subgraphs of control flow (tag 6) stay unread: nothing nests deeper than a tensor in an attribute.
  });
  return [
    name,
    { ...single, ...(ints.length > 0 ? { ints } : {}), ...(floats.length > 0 ? { floats } : {}) },
  ];
}

function readNode(message: Message): OnnxNode {
  const inputs: string[] = [];
  const outputs: string[] = [];
  const attributes: Record<string, OnnxAttribute> = Object.create(null);
  let type = '';
  let count = 0;
  message.fields((tag) => {
    if (tag === 1) inputs.push(message.text());
    else if (tag === 2) outputs.push(message.text());
    else if (tag === 4) type = message.text();
    else if (tag === 5) {
      const [name, attribute] = readAttribute(message.message());
      attributes[name] = attribute;
      count += 1;
      if (count > MAX_ATTRIBUTES) message.fail(`at most ${MAX_ATTRIBUTES} attributes of a node`);
    }
    if (inputs.length > MAX_LIST || outputs.length > MAX_LIST)
      message.fail(`at most ${MAX_LIST} tensors of a node`);
  });
  if (type === '') message.fail('the type of an operator');
  return { type, inputs, outputs, attributes };
}

function readDimension(message: Message): number | undefined {
  let size: number | undefined;
  message.fields((tag) => {
    if (tag === 1) size = message.number();
  });
  return size !== undefined && size > 0 ? size : undefined;
}

function readValue(message: Message): OnnxValue {
  let name = '';
  let shape: (number | undefined)[] | undefined;
  message.fields((tag) => {
    if (tag === 1) name = message.text();
    if (tag !== 2) return;
    const type = message.message();
    type.fields((of) => {
      if (of !== 1) return;
      const tensor = type.message();
      tensor.fields((part) => {
        if (part !== 2) return;
        const sizes: (number | undefined)[] = [];
        const list = tensor.message();
        list.fields((each) => {
          if (each === 1) sizes.push(readDimension(list.message()));
          if (sizes.length > MAX_RANK) list.fail(`at most ${MAX_RANK} axes`);
        });
        shape = sizes;
      });
    });
  });
  return shape === undefined ? { name } : { name, shape };
}

interface Draft {
  readonly nodes: OnnxNode[];
  readonly initializers: Map<string, OnnxTensor>;
  readonly inputs: OnnxValue[];
  readonly outputs: OnnxValue[];
  readonly values: OnnxValue[];
}

function readGraph(message: Message, { nodes, initializers, inputs, outputs, values }: Draft): void {
  let ends = 0;
  message.fields((tag) => {
    if (tag === 1) {
      const node = readNode(message.message());
      nodes.push(node);
      ends += node.inputs.length + node.outputs.length;
      if (ends > MAX_ENDS) message.fail(`at most ${MAX_ENDS} inputs and outputs of nodes`);
    } else if (tag === 5) {
      const tensor = readTensor(message.message());
      initializers.set(tensor.name, tensor);
    } else if (tag === 11) inputs.push(readValue(message.message()));
    else if (tag === 12) outputs.push(readValue(message.message()));
    else if (tag === 13) values.push(readValue(message.message()));
    if (nodes.length > MAX_NODES) message.fail(`at most ${MAX_NODES} nodes`);
    if (initializers.size + values.length + inputs.length + outputs.length > MAX_TENSORS) {
      message.fail(`at most ${MAX_TENSORS} tensors`);
    }
  });
}

/**
 * The graph of an ONNX file. Work is bounded by the file's size and memory by the limits above, whatever lengths
 * the file claims.
 *
 * @throws ArchitectureError `onnx-malformed` with the offset in bytes
 */
export function readOnnx(file: Uint8Array): OnnxModel {
  const draft: Draft = { nodes: [], initializers: new Map(), inputs: [], outputs: [], values: [] };
  const pbf = new PbfReader(file);
  const message = new Message(pbf, file.byteLength);
  try {
    message.fields((tag) => {
      if (tag === 7) readGraph(message.message(), draft);
    });
  } catch (error) {
    if (error instanceof ArchitectureError) throw error;
    message.fail('an ONNX model');
  }
  if (draft.nodes.length === 0) message.fail('an ONNX model with a graph');
  return draft;
}
