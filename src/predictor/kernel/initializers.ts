/** The constants of an ONNX model by name: the kernel computes with what ONNX Runtime loads. */
import { PbfReader } from 'pbf';

/** Numbers of `TensorProto.DataType` (https://github.com/onnx/onnx/blob/v1.16.0/onnx/onnx.proto). */
const [FLOAT, INT8] = [1, 3];

interface Initializer {
  type: number;
  raw: Uint8Array;
}

/** Weights of a model that this house wrote: little-endian, in `raw_data`. */
export class Initializers {
  private readonly byName = new Map<string, Initializer>();

  /** @throws Error when the bytes are no ONNX model */
  constructor(model: Uint8Array) {
    new PbfReader(model).readFields((tag, _, pbf) => {
      if (tag === 7) pbf.readMessage((part, _, graph) => part === 5 && this.read(graph), undefined);
    }, undefined);
  }

  private read(pbf: PbfReader): void {
    const found = { name: '', type: 0, raw: new Uint8Array() };
    pbf.readMessage((tag, into, tensor) => {
      if (tag === 2) into.type = tensor.readVarint();
      else if (tag === 8) into.name = tensor.readString();
      // Copied, so that floats are aligned. (A Buffer's own `slice` copies nothing.)
      else if (tag === 9) into.raw = new Uint8Array(tensor.readBytes());
    }, found);
    this.byName.set(found.name, found);
  }

  has(name: string): boolean {
    return this.byName.has(name);
  }

  private bytes(name: string, type: number): Uint8Array {
    const found = this.byName.get(name);
    if (found?.type !== type) {
      const expected = type === INT8 ? 'int8' : 'float32';
      throw new Error(`the model must have an ${expected} constant "${name}"`);
    }
    return found.raw;
  }

  /** @throws Error when the model has no such constant */
  int8(name: string): Int8Array {
    const { buffer, byteOffset, byteLength } = this.bytes(name, INT8);
    return new Int8Array(buffer, byteOffset, byteLength);
  }

  /** @throws Error when the model has no such constant */
  float32(name: string): Float32Array {
    const { buffer, byteOffset, byteLength } = this.bytes(name, FLOAT);
    return new Float32Array(buffer, byteOffset, byteLength / 4);
  }
}
