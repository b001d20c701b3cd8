/** @file The training loop: a batch of every space, one AdamW step, again. */
import { defaultDevice, init, jit, numpy as np, tree, valueAndGrad } from '@jax-js/jax';
import { AdamW } from './adam.ts';
import {
  batches,
  emptyBatch,
  type Floats,
  fill,
  type Group,
  jitter,
  reword,
  type TensorTable,
  toDevice,
} from './batch.ts';
import { rankingLoss } from './loss.ts';
import { type Arrays, forward, parameterShapes, type Shape } from './network.ts';
import { Random } from './random.ts';

export interface TrainingOptions {
  readonly shape: Shape;
  readonly seed: number;
  readonly steps: number;
  readonly rate: number;
  /** Decoupled weight decay. */
  readonly decay: number;
  /** Deviation of the normal noise added to a node's operator vector: words close by should read alike. */
  readonly jitter: number;
  /** Share of a batch's graphs whose operators are called something else: what counts is what the words mean. */
  readonly reworded: number;
  /** Largest Euclidean norm of a step's gradient: one wild batch must not kill the ReLUs. */
  readonly clip: number;
  /** Weight of the percentile's cross-entropy beside the ranking term. */
  readonly anchor: number;
  /** Loss weight of each head, by space. */
  readonly headWeights: (space: string) => readonly number[];
  /**
   * Steps at the end over which the parameters are averaged. Flat minima carry over to unseen spaces better
   * (SWAD, Cha et al. 2021); the rate falls only to `lastRate` so that the average spans a valley.
   */
  readonly averagedSteps: number;
  /** Learning rate at the end, as a share of `rate`. */
  readonly lastRate: number;
  /** Steps at the end during which activations are rounded as the int8 network rounds them. */
  readonly quantizedSteps: number;
  readonly onStep?: (step: number, loss: number) => void;
}

export type Parameters = Map<string, Floats>;

/**
 * Factors on He's deviation. Sums over a graph's edges and nodes add up, so what is summed starts smaller.
 */
const GAINS: readonly (readonly [name: RegExp, gain: number])[] = [
  [/^W[pf]/, 0.5],
  [/^Wr/, 0.2],
  [/^Wh/, 0.3],
];

/** Scaled He-normal weights; input biases that set the hidden units apart, other biases zero. */
export function initialParameters(shape: Shape, seed: number): Parameters {
  const random = new Random(seed);
  return new Map(
    Object.entries(parameterShapes(shape)).map(([name, dims]) => {
      const values = new Float32Array(dims.reduce((a, b) => a * b, 1));
      if (name.startsWith('W')) {
        const gain = GAINS.find(([pattern]) => pattern.test(name))?.[1] ?? 1;
        const deviation = gain * Math.sqrt(2 / (dims[0] ?? 1));
        for (let i = 0; i < values.length; i++) values[i] = deviation * random.normal();
      } else if (name === 'bx') {
        for (let i = 0; i < values.length; i++) values[i] = 0.5 * Math.abs(random.normal());
      }
      return [name, values];
    }),
  );
}

let started: Promise<unknown> | undefined;
/** Starts the WebAssembly backend once. */
export async function startBackend(): Promise<void> {
  started ??= init('wasm').then(() => defaultDevice('wasm'));
  await started;
}

export function toArrays(parameters: Parameters, shape: Shape): Arrays {
  const shapes = parameterShapes(shape);
  return Object.fromEntries(
    [...parameters].map(([name, values]) => [name, np.array(values, { shape: [...(shapes[name] ?? [])] })]),
  );
}

/** Scales the gradients down to a Euclidean norm of at most `limit` in all. */
function clipNorm(gradients: ReadonlyMap<string, Floats>, limit: number): void {
  let square = 0;
  for (const gradient of gradients.values()) for (const g of gradient) square += g * g;
  const norm = Math.sqrt(square);
  if (norm <= limit) return;
  for (const gradient of gradients.values()) {
    for (let i = 0; i < gradient.length; i++) gradient[i] = ((gradient[i] ?? 0) * limit) / norm;
  }
}

/** Trains on the groups' tables and returns the parameters. Same tables, options and seed: same bytes. */
export async function train(groups: readonly Group[], options: TrainingOptions): Promise<Parameters> {
  await startBackend();
  const { shape } = options;
  const parameters = initialParameters(shape, options.seed);
  const random = new Random(options.seed + 1);
  const optimizer = new AdamW(options.decay);
  const draw = new Map<TensorTable, Generator<Uint32Array>>();
  for (const { slots, batch } of groups) {
    for (const table of slots.flat()) draw.set(table, batches(table.rows, batch, random));
  }
  const objectiveOf = ({ slots, batch }: Group, steps?: readonly number[]) =>
    jit(
      valueAndGrad(
        (p: Arrays, x: np.Array, a: np.Array, mask: np.Array, t: np.Array, k: np.Array, w: np.Array) => {
          const logits = forward(p, x, a, mask, shape, steps).reshape([slots.length, batch, shape.heads]);
          return rankingLoss(logits, t, k, w, options.anchor);
        },
      ),
    );
  const sums = new Map<string, Float64Array>();
  let averaged = 0;
  let objectives = groups.map((group) => objectiveOf(group));
  for (let step = 0; step < options.steps; step++) {
    if (options.quantizedSteps > 0 && step === options.steps - options.quantizedSteps) {
      const scales = await calibrate(parameters, groups, shape, options.seed + 2);
      objectives = groups.map((group) => objectiveOf(group, scales));
    }
    const total = new Map<string, Floats>();
    let loss = 0;
    const device = toArrays(parameters, shape);
    for (const [g, { nodes, batch, slots }] of groups.entries()) {
      const objective = objectives[g];
      if (objective === undefined) continue;
      const rows = slots.length * batch;
      const input = emptyBatch(rows, nodes, shape.features);
      const target = new Float32Array(rows * shape.heads);
      const known = new Float32Array(rows * shape.heads);
      const weight = new Float32Array(slots.length * shape.heads);
      for (const [s, tables] of slots.entries()) {
        const table = tables[tables.length === 1 ? 0 : random.below(tables.length)];
        const drawn = table === undefined ? undefined : draw.get(table)?.next().value;
        if (table === undefined || drawn === undefined) continue;
        fill(input, s * batch, nodes, table, drawn);
        reword(input, s * batch, nodes, table, drawn, options.reworded, random);
        weight.set(options.headWeights(table.space), s * shape.heads);
        for (const [b, row] of drawn.entries()) {
          for (let head = 0; head < shape.heads; head++) {
            const value = table.targets[row * shape.heads + head] ?? Number.NaN;
            if (Number.isNaN(value)) continue;
            target[(s * batch + b) * shape.heads + head] = value;
            known[(s * batch + b) * shape.heads + head] = 1;
          }
        }
      }
      jitter(input, options.jitter, random);
      const perRow = [slots.length, batch, shape.heads];
      const [value, gradients] = objective(
        tree.ref(device),
        ...toDevice(input, rows, nodes),
        np.array(target, { shape: perRow }),
        np.array(known, { shape: perRow }),
        np.array(weight, { shape: [slots.length, shape.heads] }),
      );
      loss += (await value.data())[0] ?? 0;
      for (const [name, gradient] of Object.entries(gradients)) {
        const values = (await gradient.data()) as Floats;
        const sum = total.get(name);
        if (sum === undefined) total.set(name, Float32Array.from(values));
        else for (let i = 0; i < sum.length; i++) sum[i] = (sum[i] ?? 0) + (values[i] ?? 0);
      }
    }
    tree.dispose(device);
    const warm = Math.min(1, (step + 1) / 30);
    const cosine = 0.5 * (1 + Math.cos((Math.PI * step) / options.steps));
    const rate = options.rate * warm * (options.lastRate + (1 - options.lastRate) * cosine);
    clipNorm(total, options.clip);
    optimizer.step(parameters, total, rate);
    if (step >= options.steps - options.averagedSteps) {
      averaged++;
      for (const [name, values] of parameters) {
        const sum = sums.get(name) ?? new Float64Array(values.length);
        sums.set(name, sum);
        for (let i = 0; i < sum.length; i++) sum[i] = (sum[i] ?? 0) + (values[i] ?? 0);
      }
    }
    options.onStep?.(step, loss);
  }
  if (averaged === 0) return parameters;
  return new Map([...sums].map(([name, sum]) => [name, Float32Array.from(sum, (value) => value / averaged)]));
}

/**
 * int8 step of every activation, in the order h0..hL, r: the 99.99th percentile of what the training graphs
 * reach over 127 (rarer values saturate).
 */
export async function calibrate(
  parameters: Parameters,
  groups: readonly Group[],
  shape: Shape,
  seed: number,
): Promise<number[]> {
  await startBackend();
  const rowsPerTable = 256;
  const random = new Random(seed);
  const seen: Float32Array[][] = [];
  for (const { nodes, slots } of groups) {
    for (const table of slots.flat()) {
      const input = emptyBatch(rowsPerTable, nodes, shape.features);
      const rows = Uint32Array.from({ length: rowsPerTable }, () => random.below(table.rows));
      fill(input, 0, nodes, table, rows);
      const kept: np.Array[] = [];
      const device = toArrays(parameters, shape);
      const [x, a, mask] = toDevice(input, rowsPerTable, nodes);
      forward(device, x, a, mask, shape, undefined, (activation) => kept.push(activation)).dispose();
      for (const [i, activation] of kept.entries()) {
        const values = Float32Array.from((await activation.data()) as Floats);
        seen[i] = [...(seen[i] ?? []), values];
      }
    }
  }
  return seen.map((tensors) => {
    const all = new Float32Array(tensors.reduce((sum, tensor) => sum + tensor.length, 0));
    let at = 0;
    for (const tensor of tensors) {
      all.set(tensor, at);
      at += tensor.length;
    }
    all.sort();
    return Math.max(1e-6, all[Math.floor((all.length - 1) * 0.9999)] ?? 1) / 127;
  });
}

/** Logits [rows, heads] of every row of a table. */
export async function predict(
  parameters: Parameters,
  table: TensorTable,
  shape: Shape,
  steps?: readonly number[],
): Promise<Float32Array> {
  await startBackend();
  const out = new Float32Array(table.rows * shape.heads);
  const device = toArrays(parameters, shape);
  const batch = 512;
  const run = jit((p: Arrays, x: np.Array, a: np.Array, mask: np.Array) =>
    forward(p, x, a, mask, shape, steps),
  );
  for (let start = 0; start < table.rows; start += batch) {
    const rows = Uint32Array.from({ length: Math.min(batch, table.rows - start) }, (_, i) => start + i);
    const input = emptyBatch(batch, table.nodes, shape.features);
    fill(input, 0, table.nodes, table, rows);
    const values = (await run(tree.ref(device), ...toDevice(input, batch, table.nodes)).data()) as Floats;
    out.set(values.subarray(0, rows.length * shape.heads), start * shape.heads);
  }
  tree.dispose(device);
  return out;
}
