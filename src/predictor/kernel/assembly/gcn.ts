/**
 * The int8 network of `models/gcn.int8.onnx` as one WebAssembly module, AssemblyScript. It does the integers and
 * the float32 roundings of the ONNX graph, in another order only where integers are summed, which is exact; so
 * its logits are the same bits.
 *
 * It works on a block of whole graphs, at most 64 nodes together, in memory laid out below; nothing is allocated.
 * Built twice: with relaxed SIMD, whose dot product of int8 with int7 (activations are 0..127) is one instruction
 * on machines with VNNI or SDOT and exact on all, and without, on int16, for engines that lack it.
 */

/** Width of the hidden layers, of the operator vectors and of the readout. */
const WIDTH: usize = 64;
const STRUCTURE: usize = 8;
const FEATURES: usize = WIDTH + STRUCTURE;
/** Own, before, after. */
const DIRECTIONS: usize = 3;
/** Of a block: as many as the largest graph has. */
export const NODES: usize = 64;
export const MAX_LAYERS: usize = 8;
export const MAX_HEADS: usize = 32;
/** Projected operator vectors that are kept; a power of two. */
const WORDS: usize = 1024;

/** Inputs that one 32-bit lane of a dot product takes, and the bytes of an activation and of a layer's weight. */
export const GROUP: usize = ASC_FEATURE_RELAXED_SIMD ? 4 : 2;
const ACTIVATION: usize = 4 / GROUP;
/** The readout sums activations over nodes first, which takes 16 bits. */
export const WIDE_GROUP: usize = 2;

// What the host writes once. Vectors over channels are float32.
const LAYER_WEIGHTS: usize = WIDTH * DIRECTIONS * WIDTH * ACTIVATION;
const LAYER_VECTORS: usize = 2 * WIDTH * 4;
/** int8 [64][64] and [8][64], row-major: input by output. */
export const VECTOR_WEIGHTS: usize = 1024;
export const STRUCTURE_WEIGHTS: usize = VECTOR_WEIGHTS + WIDTH * WIDTH;
/** Scale of the vectors' sums, scale of the structure's, bias. */
export const INPUT_VECTORS: usize = STRUCTURE_WEIGHTS + STRUCTURE * WIDTH;
/** By layer: own, before and after beside each other, in tiles (see `multiply`). */
export const LAYERS: usize = INPUT_VECTORS + 3 * WIDTH * 4;
/** By layer: scale, bias. */
export const SCALES: usize = LAYERS + MAX_LAYERS * LAYER_WEIGHTS;
export const READOUT: usize = SCALES + MAX_LAYERS * LAYER_VECTORS;
export const READOUT_VECTORS: usize = READOUT + WIDTH * WIDTH * 2;
export const HEADS: usize = READOUT_VECTORS + LAYER_VECTORS;
/** Scale, bias: [32] each. */
export const HEAD_VECTORS: usize = HEADS + WIDTH * MAX_HEADS * 2;
/** Value of one activation step, float32: of the input layer, of each layer, of the readout. */
export const STEPS: usize = HEAD_VECTORS + 2 * MAX_HEADS * 4;

// What the host writes for a block.
/** Nodes by graph, uint8. */
export const SIZES: usize = STEPS + 64;
/** int8 [nodes][72], one graph after the other. */
export const INPUT: usize = SIZES + NODES;
/** uint8 [nodes][nodes] of each graph, one after the other: entry [to][from]. */
export const ADJACENCY: usize = INPUT + NODES * FEATURES;
/** What the host reads: float32 [graphs][32], of which the network's heads are the first. */
export const LOGITS: usize = ADJACENCY + NODES * NODES;

// Its own.
const NODE_ACTIVATIONS: usize = LOGITS + NODES * MAX_HEADS * 4;
/** int16 [graphs][64], for the readout and the heads. */
const GRAPH_ACTIVATIONS: usize = NODE_ACTIVATIONS + NODES * WIDTH * 2;
/** int32 [nodes][192]. */
const SUMS: usize = GRAPH_ACTIVATIONS + NODES * WIDTH * 2;
const SUM_ROW: usize = DIRECTIONS * WIDTH * 4;
/** Edges by node: first those into it, then those out of it, each as (node at the other end) << 8 | count. */
const EDGES: usize = SUMS + NODES * SUM_ROW;
/** By node, uint32: ends of its two lists in EDGES. */
const ENDS: usize = EDGES + 2 * NODES * NODES * 4;
const WORD_KEYS: usize = ENDS + NODES * 8;
const WORD_ROWS: usize = WORD_KEYS + WORDS * WIDTH;
export const END: usize = WORD_ROWS + WORDS * WIDTH * 4;

/** Whole numbers 0..127 of activations >= 0. */
function rounded(value: v128, step: v128): v128 {
  const steps = f32x4.nearest(f32x4.div(value, step));
  return i32x4.trunc_sat_f32x4_s(f32x4.min(f32x4.max(steps, f32x4.splat(0)), f32x4.splat(127)));
}

/** relu(sum * scale + bias) */
function activated(sum: v128, scale: usize, bias: usize): v128 {
  const product = f32x4.mul(f32x4.convert_i32x4_s(sum), v128.load(scale));
  return f32x4.max(f32x4.add(product, v128.load(bias)), f32x4.splat(0));
}

/** Stores four whole numbers 0..127 as activations of a node, from its channel `c` on. */
function storeActivations(row: usize, c: usize, whole: v128): void {
  const narrow = i16x8.narrow_i32x4_s(whole, whole);
  if (ASC_FEATURE_RELAXED_SIMD) v128.store32_lane(row + c, i8x16.narrow_i16x8_s(narrow, narrow), 0);
  else v128.store64_lane(row + 2 * c, narrow, 0);
}

/** Four activations of a node as whole numbers. */
function loadActivations(row: usize, c: usize): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) {
    return i32x4.extend_low_i16x8_s(i16x8.extend_low_i8x16_s(v128.load32_zero(row + c)));
  }
  return v128.load16x4_s(row + 2 * c);
}

/** Four sums, each with the products of a group of weights and activations added to it. */
function dot(weights: v128, activations: v128, sum: v128, wide: bool): v128 {
  if (ASC_FEATURE_RELAXED_SIMD && !wide) {
    return i32x4.relaxed_dot_i8x16_i7x16_add_s(weights, activations, sum);
  }
  return i32x4.add(sum, i32x4.dot_i16x8_s(weights, activations));
}

/**
 * int32 [rows][columns] = activations [rows][64] x weights [64][columns], four rows and eight columns at a time.
 * Weights lie in tiles of eight columns: [tile][group of inputs][column][input of the group].
 */
function multiply(
  rows: usize,
  activations: usize,
  weights: usize,
  columns: usize,
  sums: usize,
  sumRow: usize,
  wide: bool,
): void {
  const row: usize = WIDTH * (wide ? 2 : ACTIVATION);
  const tile: usize = row * 8;
  for (let c: usize = 0; c < columns; c += 8, weights += tile) {
    for (let r: usize = 0; r < rows; r += 4) {
      let at = activations + r * row;
      let a0 = i32x4.splat(0);
      let a1 = i32x4.splat(0);
      let b0 = i32x4.splat(0);
      let b1 = i32x4.splat(0);
      let c0 = i32x4.splat(0);
      let c1 = i32x4.splat(0);
      let d0 = i32x4.splat(0);
      let d1 = i32x4.splat(0);
      for (let w = weights, end = weights + tile; w < end; w += 32, at += 4) {
        const w0 = v128.load(w);
        const w1 = v128.load(w, 16);
        const a = v128.load32_splat(at);
        a0 = dot(w0, a, a0, wide);
        a1 = dot(w1, a, a1, wide);
        const b = v128.load32_splat(at + row);
        b0 = dot(w0, b, b0, wide);
        b1 = dot(w1, b, b1, wide);
        const c = v128.load32_splat(at + 2 * row);
        c0 = dot(w0, c, c0, wide);
        c1 = dot(w1, c, c1, wide);
        const d = v128.load32_splat(at + 3 * row);
        d0 = dot(w0, d, d0, wide);
        d1 = dot(w1, d, d1, wide);
      }
      let out = sums + r * sumRow + c * 4;
      v128.store(out, a0);
      v128.store(out, a1, 16);
      out += sumRow;
      v128.store(out, b0);
      v128.store(out, b1, 16);
      out += sumRow;
      v128.store(out, c0);
      v128.store(out, c1, 16);
      out += sumRow;
      v128.store(out, d0);
      v128.store(out, d1, 16);
    }
  }
}

function multiplyNodes(rows: usize, weights: usize): void {
  multiply(rows, NODE_ACTIVATIONS, weights, DIRECTIONS * WIDTH, SUMS, SUM_ROW, false);
}

function multiplyGraphs(rows: usize, weights: usize, columns: usize): void {
  multiply(rows, GRAPH_ACTIVATIONS, weights, columns, SUMS, SUM_ROW, true);
}

/** Four sums of int8 inputs [count] with int8 weights [count][64]. */
function product(inputs: usize, count: usize, weights: usize): v128 {
  let sum = i32x4.splat(0);
  for (let i: usize = 0; i < count; i++) {
    const row = i32x4.extend_low_i16x8_s(i16x8.extend_low_i8x16_s(v128.load32_zero(weights + i * WIDTH)));
    sum = i32x4.add(sum, i32x4.mul(i32x4.splat(load<i8>(inputs + i)), row));
  }
  return sum;
}

/** Forgets all projected operator vectors: to be called when the weights are written. */
export function reset(): void {
  // A key of zeros would match the vector of zeros: its projection is what stands there, zeros.
  memory.fill(WORD_KEYS, 0, WORDS * WIDTH);
  memory.fill(WORD_ROWS, 0, WORDS * WIDTH * 4);
}

/** The projected operator vector, float32 [64], of an int8 one: looked up, or computed and kept. */
function wordRow(vector: usize): usize {
  let hash: u32 = 0;
  for (let i: usize = 0; i < WIDTH; i += 4) hash = (rotl(hash, 5) ^ load<u32>(vector + i)) * 0x9e3779b1;
  const slot = <usize>(hash >> 22);
  const key = WORD_KEYS + slot * WIDTH;
  const row = WORD_ROWS + slot * WIDTH * 4;
  let difference = v128.xor(v128.load(key), v128.load(vector));
  for (let i: usize = 16; i < WIDTH; i += 16) {
    difference = v128.or(difference, v128.xor(v128.load(key + i), v128.load(vector + i)));
  }
  if (v128.any_true(difference)) {
    memory.copy(key, vector, WIDTH);
    for (let c: usize = 0; c < WIDTH; c += 4) {
      const sum = f32x4.convert_i32x4_s(product(vector, WIDTH, VECTOR_WEIGHTS + c));
      v128.store(row + c * 4, f32x4.mul(sum, v128.load(INPUT_VECTORS + c * 4)));
    }
  }
  return row;
}

/** The first layer, node by node: no edges yet. */
function project(nodes: usize): void {
  const scale = INPUT_VECTORS + WIDTH * 4;
  const bias = scale + WIDTH * 4;
  const step = v128.load32_splat(STEPS);
  for (let node: usize = 0; node < nodes; node++) {
    const input = INPUT + node * FEATURES;
    const words = wordRow(input);
    const row = NODE_ACTIVATIONS + node * WIDTH * ACTIVATION;
    for (let c: usize = 0; c < WIDTH; c += 4) {
      const sum = f32x4.convert_i32x4_s(product(input + WIDTH, STRUCTURE, STRUCTURE_WEIGHTS + c));
      const place = f32x4.mul(sum, v128.load(scale + c * 4));
      const both = f32x4.add(f32x4.add(v128.load(words + c * 4), place), v128.load(bias + c * 4));
      storeActivations(row, c, rounded(f32x4.max(both, f32x4.splat(0)), step));
    }
  }
}

/** Lists the edges of every node of the block. */
function listEdges(graphs: usize): void {
  let matrix = ADJACENCY;
  let first: usize = 0;
  let edge = EDGES;
  for (let graph: usize = 0; graph < graphs; graph++) {
    const n = <usize>load<u8>(SIZES + graph);
    for (let node: usize = 0; node < n; node++) {
      for (let from: usize = 0; from < n; from++) {
        const count = <usize>load<u8>(matrix + node * n + from);
        if (count == 0) continue;
        store<u32>(edge, <u32>(((first + from) << 8) | count));
        edge += 4;
      }
      store<u32>(ENDS + (first + node) * 8, <u32>edge);
      for (let to: usize = 0; to < n; to++) {
        const count = <usize>load<u8>(matrix + to * n + node);
        if (count == 0) continue;
        store<u32>(edge, <u32>(((first + to) << 8) | count));
        edge += 4;
      }
      store<u32>(ENDS + (first + node) * 8, <u32>edge, 4);
    }
    matrix += n * n;
    first += n;
  }
}

/** One round of messages: sums -> activations. */
function pass(nodes: usize, layer: usize): void {
  const scales = SCALES + layer * LAYER_VECTORS;
  const biases = scales + WIDTH * 4;
  const before = v128.load32_splat(STEPS + layer * 4);
  const after = v128.load32_splat(STEPS + layer * 4, 4);
  let first = EDGES;
  for (let node: usize = 0; node < nodes; node++) {
    const row = NODE_ACTIVATIONS + node * WIDTH * ACTIVATION;
    const own = SUMS + node * SUM_ROW;
    const into = <usize>load<u32>(ENDS + node * 8);
    const end = <usize>load<u32>(ENDS + node * 8, 4);
    for (let c: usize = 0; c < WIDTH; c += 16) {
      let s0 = v128.load(own + c * 4);
      let s1 = v128.load(own + c * 4, 16);
      let s2 = v128.load(own + c * 4, 32);
      let s3 = v128.load(own + c * 4, 48);
      for (let edge = first; edge < end; edge += 4) {
        const code = load<u32>(edge);
        const direction: usize = edge < into ? WIDTH * 4 : 2 * WIDTH * 4;
        const message = SUMS + <usize>(code >> 8) * SUM_ROW + direction + c * 4;
        const count = i32x4.splat(code & 255);
        s0 = i32x4.add(s0, i32x4.mul(count, v128.load(message)));
        s1 = i32x4.add(s1, i32x4.mul(count, v128.load(message, 16)));
        s2 = i32x4.add(s2, i32x4.mul(count, v128.load(message, 32)));
        s3 = i32x4.add(s3, i32x4.mul(count, v128.load(message, 48)));
      }
      update(row, c, s0, scales, biases, before, after);
      update(row, c + 4, s1, scales, biases, before, after);
      update(row, c + 8, s2, scales, biases, before, after);
      update(row, c + 12, s3, scales, biases, before, after);
    }
    first = end;
  }
}

/** Adds what four channels were told to what they were, in the steps of the next layer. */
function update(row: usize, c: usize, sum: v128, scales: usize, biases: usize, step: v128, next: v128): void {
  const change = activated(sum, scales + c * 4, biases + c * 4);
  const was = f32x4.mul(f32x4.convert_i32x4_s(loadActivations(row, c)), step);
  storeActivations(row, c, rounded(f32x4.add(was, change), next));
}

/** Sums the activations over the nodes of each graph: below 2^15, as a graph has at most 64 nodes. */
function pool(graphs: usize): void {
  let node = NODE_ACTIVATIONS;
  for (let graph: usize = 0; graph < graphs; graph++) {
    const end = node + <usize>load<u8>(SIZES + graph) * WIDTH * ACTIVATION;
    for (let c: usize = 0; c < WIDTH; c += 8) {
      let sum = i16x8.splat(0);
      for (let row = node; row < end; row += WIDTH * ACTIVATION) {
        const eight = ASC_FEATURE_RELAXED_SIMD ? v128.load8x8_s(row + c) : v128.load(row + 2 * c);
        sum = i16x8.add(sum, eight);
      }
      v128.store(GRAPH_ACTIVATIONS + (graph * WIDTH + c) * 2, sum);
    }
    node = end;
  }
}

/** The readout's activations of each graph, from its sums. */
function readOut(graphs: usize, layers: usize): void {
  const step = v128.load32_splat(STEPS + (layers + 1) * 4);
  for (let graph: usize = 0; graph < graphs; graph++) {
    for (let c: usize = 0; c < WIDTH; c += 4) {
      const scale = READOUT_VECTORS + c * 4;
      const value = activated(v128.load(SUMS + graph * SUM_ROW + c * 4), scale, scale + WIDTH * 4);
      const whole = rounded(value, step);
      const narrow = i16x8.narrow_i32x4_s(whole, whole);
      v128.store64_lane(GRAPH_ACTIVATIONS + (graph * WIDTH + c) * 2, narrow, 0);
    }
  }
}

/** Logits of the block's graphs, by a network of so many layers and heads. */
export function run(graphs: usize, layers: usize, heads: usize): void {
  let nodes: usize = 0;
  for (let graph: usize = 0; graph < graphs; graph++) nodes += <usize>load<u8>(SIZES + graph);
  project(nodes);
  listEdges(graphs);
  for (let layer: usize = 0; layer < layers; layer++) {
    multiplyNodes(nodes, LAYERS + layer * LAYER_WEIGHTS);
    pass(nodes, layer);
  }
  pool(graphs);
  multiplyGraphs(graphs, READOUT, WIDTH);
  readOut(graphs, layers);
  multiplyGraphs(graphs, HEADS, heads);
  for (let graph: usize = 0; graph < graphs; graph++) {
    for (let c: usize = 0; c < heads; c += 4) {
      const scale = HEAD_VECTORS + c * 4;
      const sum = f32x4.convert_i32x4_s(v128.load(SUMS + graph * SUM_ROW + c * 4));
      const logits = f32x4.add(f32x4.mul(sum, v128.load(scale)), v128.load(scale + MAX_HEADS * 4));
      v128.store(LOGITS + (graph * MAX_HEADS + c) * 4, logits);
    }
  }
}
