/** The network run by the kernel of `assembly/gcn.ts`: the engine of every day. */
import type { EncodedGraph } from '../encode.ts';
import type { Gcn } from '../gcn.ts';
import { type Network, readNetwork, WIDTH } from './network.ts';

/** What the module exports: addresses and sizes as globals, and two functions. */
interface Kernel {
  readonly memory: WebAssembly.Memory;
  readonly reset: () => void;
  readonly run: (graphs: number, layers: number, heads: number) => void;
  /** The value of an exported constant. */
  readonly at: (name: string) => number;
}

/** @throws TypeError when the module is not the kernel */
function instantiate(module: WebAssembly.Module): Kernel {
  const { exports } = new WebAssembly.Instance(module);
  const { memory, reset, run } = exports;
  if (!(memory instanceof WebAssembly.Memory) || typeof reset !== 'function' || typeof run !== 'function') {
    throw new TypeError('the module must be the kernel of src/predictor/kernel/assembly');
  }
  const at = (name: string): number => {
    const global = exports[name];
    if (!(global instanceof WebAssembly.Global)) throw new TypeError(`the kernel must export ${name}`);
    return Number(global.value);
  };
  return {
    memory,
    reset: () => reset(),
    run: (graphs, layers, heads) => run(graphs, layers, heads),
    at,
  };
}

const TILE = 8;

/**
 * Matrices [inputs][columns] side by side, in tiles of eight columns of which the last is filled up with zeros:
 * [tile][group of inputs][column][input of the group].
 */
function tiles(
  matrices: readonly Int8Array[],
  columns: number,
  group: number,
): Int8Array<ArrayBuffer> | Int16Array<ArrayBuffer> {
  const total = matrices.length * columns;
  const size = Math.ceil(total / TILE) * TILE * WIDTH;
  const out = group === 4 ? new Int8Array(size) : new Int16Array(size);
  matrices.forEach((matrix, m) => {
    matrix.forEach((weight, i) => {
      const [input, column] = [Math.floor(i / columns), m * columns + (i % columns)];
      const place = Math.floor(column / TILE) * (WIDTH / group) + Math.floor(input / group);
      out[(place * TILE + (column % TILE)) * group + (input % group)] = weight;
    });
  });
  return out;
}

/** Writes the weights where the kernel looks for them. */
function load({ memory, at, reset }: Kernel, network: Network): void {
  const write = (address: number, array: Int8Array | Int16Array | Float32Array): number => {
    const bytes = new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
    new Uint8Array(memory.buffer).set(bytes, address);
    return address + array.byteLength;
  };
  const { vectors, structure, layers, readout, heads, steps } = network;
  write(at('VECTOR_WEIGHTS'), vectors.weight);
  write(at('STRUCTURE_WEIGHTS'), structure.weight);
  let next = at('INPUT_VECTORS');
  for (const numbers of [vectors.scale, structure.scale, vectors.bias]) next = write(next, numbers);
  next = at('LAYERS');
  const group = at('GROUP');
  for (const { self, before, after } of layers)
    next = write(next, tiles([self, before, after], WIDTH, group));
  next = at('SCALES');
  for (const { scale, bias } of layers) next = write(write(next, scale), bias);
  const wide = at('WIDE_GROUP');
  write(at('READOUT'), tiles([readout.weight], WIDTH, wide));
  write(write(at('READOUT_VECTORS'), readout.scale), readout.bias);
  write(at('HEADS'), tiles([heads.weight], heads.bias.length, wide));
  write(at('HEAD_VECTORS'), heads.scale);
  write(at('HEAD_VECTORS') + 4 * at('MAX_HEADS'), heads.bias);
  write(at('STEPS'), steps);
  reset();
}

export class KernelGcn implements Gcn {
  private readonly kernel: Kernel;
  private readonly layers: number;
  private readonly heads: number;
  /** Nodes of a block. */
  private readonly nodes: number;
  /** Logits from one graph of a block to the next. */
  private readonly stride: number;
  // The kernel's memory never grows, so that views of it stay good.
  private readonly sizes: Uint8Array;
  private readonly input: Int8Array;
  private readonly adjacency: Uint8Array;
  private readonly answers: Float32Array;

  /**
   * @param module `gcn.wasm`, or `gcn.portable.wasm` for engines without relaxed SIMD
   * @param model bytes of the int8 .onnx file
   * @throws Error when the file is no network that the kernel can run
   */
  constructor(module: WebAssembly.Module, model: Uint8Array) {
    this.kernel = instantiate(module);
    const { memory, at } = this.kernel;
    const network = readNetwork(model);
    this.layers = network.layers.length;
    this.heads = network.heads.bias.length;
    this.nodes = at('NODES');
    this.stride = at('MAX_HEADS');
    if (this.layers > at('MAX_LAYERS') || this.heads > this.stride) {
      const limits = `${at('MAX_LAYERS')} layers and ${this.stride} heads`;
      throw new Error(`the kernel has room for ${limits}, the model has ${this.layers} and ${this.heads}`);
    }
    load(this.kernel, network);
    this.sizes = new Uint8Array(memory.buffer, at('SIZES'), this.nodes);
    this.input = new Int8Array(memory.buffer, at('INPUT'), at('ADJACENCY') - at('INPUT'));
    this.adjacency = new Uint8Array(memory.buffer, at('ADJACENCY'), this.nodes * this.nodes);
    this.answers = new Float32Array(memory.buffer, at('LOGITS'), this.nodes * this.stride);
  }

  logits(graphs: readonly EncodedGraph[]): Promise<Float32Array> {
    const out = new Float32Array(graphs.length * this.heads);
    let [inBlock, nodes, features, edges] = [0, 0, 0, 0];
    graphs.forEach((graph, i) => {
      if (graph.nodes > this.nodes) {
        throw new RangeError(`a graph has at most ${this.nodes} nodes, got ${graph.nodes}`);
      }
      if (nodes + graph.nodes > this.nodes) {
        this.answer(inBlock, i, out);
        [inBlock, nodes, features, edges] = [0, 0, 0, 0];
      }
      this.sizes[inBlock] = graph.nodes;
      this.input.set(graph.features, features);
      this.adjacency.set(graph.adjacency, edges);
      inBlock += 1;
      nodes += graph.nodes;
      features += graph.features.length;
      edges += graph.adjacency.length;
    });
    this.answer(inBlock, graphs.length, out);
    return Promise.resolve(out);
  }

  /** Runs the block, and copies the logits of its graphs, which are those before `end`. */
  private answer(graphs: number, end: number, out: Float32Array): void {
    if (graphs === 0) return;
    this.kernel.run(graphs, this.layers, this.heads);
    for (let i = 0; i < graphs; i++) {
      const logits = this.answers.subarray(i * this.stride, i * this.stride + this.heads);
      out.set(logits, (end - graphs + i) * this.heads);
    }
  }
}
