/** The int8 network in plain loops over typed arrays: what the kernel and ONNX Runtime are measured against. */
import { type EncodedGraph, NODE_FEATURES, VECTOR_SIZE } from '../../src/predictor/encode.ts';
import type { Gcn } from '../../src/predictor/gcn.ts';
import { type Network, readNetwork, WIDTH } from '../../src/predictor/kernel/network.ts';

/** out[c] += sum of input[i] * weight[i][c] */
function accumulate(
  input: ArrayLike<number>,
  from: number,
  count: number,
  weight: Int8Array,
  out: Int32Array,
): void {
  const columns = out.length;
  for (let i = 0; i < count; i++) {
    const value = input[from + i] ?? 0;
    if (value === 0) continue;
    for (let c = 0; c < columns; c++) out[c] = (out[c] ?? 0) + value * (weight[i * columns + c] ?? 0);
  }
}

/** Half to even, as IEEE 754 rounds. */
function nearest(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  return rest > 0.5 || (rest === 0.5 && floor % 2 !== 0) ? floor + 1 : floor;
}

const { fround } = Math;
const step = (value: number, size: number): number =>
  Math.min(127, Math.max(0, nearest(fround(value / size))));

export class TypedArrayGcn implements Gcn {
  private readonly network: Network;

  constructor(model: Uint8Array) {
    this.network = readNetwork(model);
  }

  logits(graphs: readonly EncodedGraph[]): Promise<Float32Array> {
    const heads = this.network.heads.bias.length;
    const out = new Float32Array(graphs.length * heads);
    graphs.forEach((graph, i) => {
      out.set(this.one(graph), i * heads);
    });
    return Promise.resolve(out);
  }

  private one({ nodes, features, adjacency }: EncodedGraph): Float32Array {
    const { vectors, structure, layers, readout, heads, steps } = this.network;
    const at = (array: Float32Array, i: number): number => array[i] ?? 0;
    let active = Array.from({ length: nodes }, (_, node) => {
      const words = new Int32Array(WIDTH);
      const place = new Int32Array(WIDTH);
      const from = node * NODE_FEATURES;
      accumulate(features, from, VECTOR_SIZE, vectors.weight, words);
      accumulate(features, from + VECTOR_SIZE, NODE_FEATURES - VECTOR_SIZE, structure.weight, place);
      return Uint8Array.from(words, (sum, c) => {
        const both = fround(
          fround(fround(sum) * at(vectors.scale, c)) + fround(fround(place[c] ?? 0) * at(structure.scale, c)),
        );
        return step(Math.max(0, fround(both + at(vectors.bias, c))), at(steps, 0));
      });
    });
    layers.forEach(({ self, before, after, scale, bias }, l) => {
      const messages = (weight: Int8Array): Int32Array[] =>
        active.map((row) => {
          const sum = new Int32Array(WIDTH);
          accumulate(row, 0, WIDTH, weight, sum);
          return sum;
        });
      const [own, forward, backward] = [messages(self), messages(before), messages(after)];
      for (let to = 0; to < nodes; to++) {
        for (let from = 0; from < nodes; from++) {
          const count = adjacency[to * nodes + from] ?? 0;
          if (count === 0) continue;
          for (let c = 0; c < WIDTH; c++) {
            const [target, source] = [own[to], own[from]];
            if (target !== undefined) target[c] = (target[c] ?? 0) + count * (forward[from]?.[c] ?? 0);
            if (source !== undefined) source[c] = (source[c] ?? 0) + count * (backward[to]?.[c] ?? 0);
          }
        }
      }
      active = active.map((row, node) =>
        Uint8Array.from(row, (was, c) => {
          const update = Math.max(
            0,
            fround(fround(fround(own[node]?.[c] ?? 0) * at(scale, c)) + at(bias, c)),
          );
          return step(fround(fround(was * at(steps, l)) + update), at(steps, l + 1));
        }),
      );
    });
    const pooled = new Int32Array(WIDTH);
    for (const row of active) accumulate(row, 0, WIDTH, readout.weight, pooled);
    const r = Uint8Array.from(pooled, (sum, c) =>
      step(
        Math.max(0, fround(fround(fround(sum) * at(readout.scale, c)) + at(readout.bias, c))),
        at(steps, layers.length + 1),
      ),
    );
    const logits = new Int32Array(heads.bias.length);
    accumulate(r, 0, WIDTH, heads.weight, logits);
    return Float32Array.from(logits, (sum, head) =>
      fround(fround(fround(sum) * at(heads.scale, head)) + at(heads.bias, head)),
    );
  }
}
