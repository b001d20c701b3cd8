import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Floats } from './batch.ts';
import { parameterShapes, type Shape } from './network.ts';
import type { Parameters } from './trainer.ts';

/** A trained network in float32 with its activation steps. */
export interface Checkpoint {
  readonly parameters: Parameters;
  readonly steps: readonly number[];
}

/**
 * Layout: the parameters in the order of `parameterShapes`, then the steps, all float32 little-endian, then
 * the sha256 (32 bytes) of what it was trained with: a checkpoint of other options or data is not taken up.
 */
export function saveCheckpoint(file: string, { parameters, steps }: Checkpoint, fingerprint: string): void {
  mkdirSync(dirname(file), { recursive: true });
  const floats = [...parameters.values(), Float32Array.from(steps)];
  const bytes = Buffer.concat([
    ...floats.map((values) => Buffer.from(values.buffer, values.byteOffset, values.byteLength)),
    createHash('sha256').update(fingerprint).digest(),
  ]);
  // Written aside and moved, so that a run that is killed leaves no half a checkpoint.
  writeFileSync(`${file}.part`, bytes);
  renameSync(`${file}.part`, file);
}

/** Bytes of the fingerprint's sha256 at the end. */
const HASH_BYTES = 32;

/**
 * What a checkpoint file holds, whatever it was trained with.
 *
 * @throws RangeError when the file is not of the shape
 */
export function readCheckpoint(bytes: Buffer, shape: Shape): Checkpoint {
  const sizes = Object.entries(parameterShapes(shape)).map(([name, dims]): [string, number] => [
    name,
    dims.reduce((a, b) => a * b, 1),
  ]);
  const count = sizes.reduce((sum, [, size]) => sum + size, shape.layers + 2);
  if (bytes.length !== 4 * count + HASH_BYTES) {
    throw new RangeError(
      `a checkpoint of this shape has ${4 * count + HASH_BYTES} bytes, got ${bytes.length}`,
    );
  }
  const all = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + 4 * count));
  const parameters: Parameters = new Map<string, Floats>();
  let at = 0;
  for (const [name, size] of sizes) {
    parameters.set(name, all.slice(at, at + size));
    at += size;
  }
  return { parameters, steps: [...all.slice(at)] };
}

/** The checkpoint, or `undefined` when there is none of this fingerprint. */
export function loadCheckpoint(file: string, shape: Shape, fingerprint: string): Checkpoint | undefined {
  if (!existsSync(file)) return undefined;
  const bytes = readFileSync(file);
  const hash = createHash('sha256').update(fingerprint).digest();
  return bytes.subarray(-HASH_BYTES).equals(hash) ? readCheckpoint(bytes, shape) : undefined;
}
