/** Reads float16 tensors out of a safetensors file (https://github.com/huggingface/safetensors#format). */

export interface Tensor {
  readonly dims: readonly number[];
  /** Row-major values, widened to float32: exact. */
  readonly data: Float32Array;
}

interface Entry {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data_offsets: readonly [begin: number, end: number];
}

/** Widens an IEEE 754 binary16 number, given as its bits. */
export function halfToFloat(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** Returns a reader of tensors by name; it throws for a name that the file lacks or that is not float16. */
export function openSafetensors(file: Uint8Array): (name: string) => Tensor {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const headerSize = Number(view.getBigUint64(0, true));
  const header: Record<string, Entry> = JSON.parse(
    new TextDecoder().decode(file.subarray(8, 8 + headerSize)),
  );
  return (name) => {
    const entry = header[name];
    if (entry?.dtype !== 'F16') throw new Error(`no float16 tensor ${name} in this safetensors file`);
    const [begin, end] = entry.data_offsets;
    const data = new Float32Array((end - begin) / 2);
    for (let i = 0; i < data.length; i++) {
      data[i] = halfToFloat(view.getUint16(8 + headerSize + begin + 2 * i, true));
    }
    return { dims: entry.shape, data };
  };
}
