/** @file Tables of encoded graphs, and the batches of them that go through the network. */
import { numpy as np } from '@jax-js/jax';
import { STRUCTURE_FEATURES, STRUCTURE_STEP, VECTOR_STEP } from '../../src/predictor/encode.ts';
import type { Random } from './random.ts';

/** Float32 numbers in memory of their own, as jax-js takes them. */
export type Floats = Float32Array<ArrayBuffer>;

/** Rows of one space, encoded and padded to the space's largest graph. */
export interface TensorTable {
  readonly space: string;
  readonly rows: number;
  readonly nodes: number;
  /** int8 [rows, nodes, features]. */
  readonly features: Int8Array;
  /** uint8 [rows, nodes, nodes], entry [to, from]. */
  readonly adjacency: Uint8Array;
  /** Nodes of each row before padding. */
  readonly sizes: Uint8Array;
  /** Percentiles in (0, 1), NaN where unknown [rows, heads]. */
  readonly targets: Floats;
  /** Which operator each node is, a row of `wordings` [rows, nodes]. */
  readonly operators: Uint8Array;
  /** int8 vectors of other wordings of each operator; none where nobody rewords it. */
  readonly wordings: readonly (readonly Int8Array[])[];
}

/**
 * Tables that go through the network together, padded to one size. Each slot gives a batch to every step, from
 * one of its tables drawn at random: small kindred tables share a slot.
 */
export interface Group {
  readonly nodes: number;
  /** Rows a slot gives to each step; even. */
  readonly batch: number;
  readonly slots: readonly (readonly TensorTable[])[];
}

/** Rows of several tables on their way through the network, padded to one size. */
export interface Batch {
  /** Of a node: the operator's vector, then its structure. */
  readonly features: number;
  /** [batch, nodes, features] */
  readonly x: Floats;
  /** [batch, nodes, nodes] */
  readonly a: Floats;
  /** [batch, nodes] */
  readonly mask: Floats;
}

export const emptyBatch = (batch: number, nodes: number, features: number): Batch => ({
  features,
  x: new Float32Array(batch * nodes * features),
  a: new Float32Array(batch * nodes * nodes),
  mask: new Float32Array(batch * nodes),
});

/** Writes a table's rows into a batch of `nodes` nodes a row, from row `at` on. */
export function fill(
  batch: Batch,
  at: number,
  nodes: number,
  table: TensorTable,
  rows: ArrayLike<number>,
): void {
  const { features } = batch;
  const vector = features - STRUCTURE_FEATURES.length;
  for (let b = 0; b < rows.length; b++) {
    const row = rows[b] ?? 0;
    const size = table.sizes[row] ?? 0;
    const from = row * table.nodes * features;
    const to = (at + b) * nodes * features;
    for (let i = 0; i < size * features; i++) {
      const step = i % features < vector ? Math.fround(VECTOR_STEP) : STRUCTURE_STEP;
      batch.x[to + i] = (table.features[from + i] ?? 0) * step;
    }
    for (let n = 0; n < size; n++) {
      const start = (row * table.nodes + n) * table.nodes;
      batch.a.set(table.adjacency.subarray(start, start + size), ((at + b) * nodes + n) * nodes);
    }
    batch.mask.fill(1, (at + b) * nodes, (at + b) * nodes + size);
  }
}

/** Replaces the operator vectors of a share of the graphs by those of other wordings, drawn per graph and operator. */
export function reword(
  batch: Batch,
  at: number,
  nodes: number,
  table: TensorTable,
  rows: ArrayLike<number>,
  share: number,
  random: Random,
): void {
  const { features } = batch;
  for (let b = 0; b < rows.length; b++) {
    if (random.uniform() >= share) continue;
    const row = rows[b] ?? 0;
    const style = random.below(1 << 20);
    for (let n = 0; n < (table.sizes[row] ?? 0); n++) {
      const operator = table.operators[row * table.nodes + n] ?? 0;
      const wordings = table.wordings[operator] ?? [];
      if (wordings.length === 0) continue;
      const vector = wordings[(style + 7 * operator) % wordings.length] ?? [];
      const to = ((at + b) * nodes + n) * features;
      for (let i = 0; i < vector.length; i++) batch.x[to + i] = (vector[i] ?? 0) * Math.fround(VECTOR_STEP);
    }
  }
}

/** Adds noise to the operator vectors of real nodes. */
export function jitter({ x, mask, features }: Batch, deviation: number, random: Random): void {
  if (deviation === 0) return;
  mask.forEach((real, node) => {
    if (real === 0) return;
    for (let i = 0; i < features - STRUCTURE_FEATURES.length; i++) {
      const at = node * features + i;
      x[at] = (x[at] ?? 0) + deviation * random.normal();
    }
  });
}

/** A batch on the device. */
export function toDevice(
  { x, a, mask, features }: Batch,
  batch: number,
  nodes: number,
): [np.Array, np.Array, np.Array] {
  return [
    np.array(x, { shape: [batch, nodes, features] }),
    np.array(a, { shape: [batch, nodes, nodes] }),
    np.array(mask, { shape: [batch, nodes, 1] }),
  ];
}

/** Endless shuffled passes over a table's rows. */
export function* batches(rows: number, batch: number, random: Random): Generator<Uint32Array> {
  const order = Uint32Array.from({ length: rows }, (_, i) => i);
  let at = rows;
  for (;;) {
    const drawn = new Uint32Array(batch);
    for (let i = 0; i < batch; i++) {
      if (at >= rows) {
        random.shuffle(order);
        at = 0;
      }
      drawn[i] = order[at++] ?? 0;
    }
    yield drawn;
  }
}
