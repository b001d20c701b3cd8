/** The engines in Node, how the kernel's cost grows, and how far it is from the machine's limit. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readArtefacts } from '../../src/predictor/artefacts-node.ts';
import type { EncodedGraph } from '../../src/predictor/encode.ts';
import { openKernel } from '../../src/predictor/engine-node.ts';
import { type Gcn, OnnxGcn } from '../../src/predictor/gcn.ts';
import { readNetwork, WIDTH } from '../../src/predictor/kernel/network.ts';
import { openSession, type Runtime } from '../../src/predictor/onnx.ts';
import { openOnnx } from '../../src/predictor/onnx-node.ts';
import { operatorTable } from '../../src/predictor/operator-table.ts';
import { MODELS } from '../folders.ts';
import { openDotProduct } from './dot-product.ts';
import { float32Network } from './float32-network.ts';
import { logLogSlope, median } from './statistics.ts';
import { bandGraph, encodedCells } from './subjects.ts';
import { TypedArrayGcn } from './typed-array-gcn.ts';

const model = new Uint8Array(readFileSync(join(MODELS, 'gcn.int8.onnx')));
const network = readNetwork(model);
const heads = network.heads.bias.length;

/** The one that comes with @xenova/transformers, on machines that it has a binary for. */
async function nativeRuntime(): Promise<Runtime | undefined> {
  const name = 'onnxruntime-node';
  try {
    const { default: runtime } = (await import(name)) as { readonly default: Runtime };
    return runtime;
  } catch {
    return undefined;
  }
}

/** Every engine that there is in Node, by name. */
export async function openEngines(): Promise<Map<string, Gcn>> {
  const engines = new Map<string, Gcn>([
    ['kernel', openKernel(model, heads)],
    ['ort-int8', new OnnxGcn(openOnnx(model), heads)],
    ['ort-float32', new OnnxGcn(openOnnx(float32Network(model)), heads)],
    ['typed-arrays', new TypedArrayGcn(model)],
  ]);
  const native = await nativeRuntime();
  if (native !== undefined) {
    const session = openSession(native, model, ['cpu']);
    engines.set('ort-native-int8', new OnnxGcn(session, heads));
  }
  return engines;
}

/** Milliseconds of one repetition of `work`, repeated for at least that long. */
async function timed(work: () => Promise<unknown>, atLeast: number): Promise<number> {
  const from = performance.now();
  let times = 0;
  do {
    await work();
    times += 1;
  } while (performance.now() - from < atLeast);
  return (performance.now() - from) / times;
}

/** Architectures a second by engine and batch, medians of interleaved rounds. */
export async function ratesInNode(
  batches: readonly number[],
  rounds: number,
): Promise<Record<string, Record<number, number>>> {
  const cells = encodedCells(operatorTable(readArtefacts()));
  const engines = await openEngines();
  const samples = new Map<string, number[]>();
  for (let round = 0; round <= rounds; round++) {
    for (const batch of batches) {
      let start = 0;
      const next = (): EncodedGraph[] => {
        start = (start + batch) % (cells.length - batch);
        return cells.slice(start, start + batch);
      };
      for (const [name, engine] of engines) {
        const took = await timed(() => engine.logits(next()), 60);
        const key = `${name} ${batch}`;
        // The first round warms up.
        if (round > 0) samples.set(key, [...(samples.get(key) ?? []), (1_000 * batch) / took]);
      }
    }
  }
  const rate = (name: string, batch: number): number =>
    Math.round(median(samples.get(`${name} ${batch}`) ?? []));
  return Object.fromEntries(
    [...engines.keys()].map((name) => [name, Object.fromEntries(batches.map((b) => [b, rate(name, b)]))]),
  );
}

/** Microseconds of one call, and the slopes of the growth: 1 is in proportion. */
export async function growthOfKernel(rounds: number): Promise<{
  readonly slopes: { readonly batch: number; readonly nodes: number; readonly edges: number };
  readonly batch: readonly (readonly [graphs: number, microseconds: number])[];
  readonly nodes: readonly (readonly [nodesAndEdges: number, microseconds: number])[];
  readonly edges: readonly (readonly [edges: number, microseconds: number])[];
}> {
  const kernel = openKernel(model, heads);
  const copies = <Item>(item: Item, count: number): Item[] => Array.from({ length: count }, () => item);
  const series = {
    batch: [16, 64, 256, 1_024].map((count) => ({ x: count, graphs: copies(bandGraph(8, 2), count) })),
    nodes: [8, 16, 32, 64].map((nodes) => {
      const graph = bandGraph(nodes, 4);
      return { x: nodes + graph.edges, graphs: copies(graph, 32) };
    }),
    edges: [2, 8, 24, 63].map((reach) => {
      const graph = bandGraph(64, reach);
      return { x: graph.edges, graphs: copies(graph, 32) };
    }),
  };
  const samples = new Map<string, number[]>();
  for (let round = 0; round <= rounds; round++) {
    for (const [name, points] of Object.entries(series)) {
      for (const { x, graphs } of points) {
        const took = 1_000 * (await timed(() => kernel.logits(graphs), 20));
        if (round > 0) samples.set(`${name} ${x}`, [...(samples.get(`${name} ${x}`) ?? []), took]);
      }
    }
  }
  const pointsOf = (name: keyof typeof series): (readonly [number, number])[] =>
    series[name].map(({ x }) => [x, median(samples.get(`${name} ${x}`) ?? [])] as const);
  const [batch, nodes, edges] = [pointsOf('batch'), pointsOf('nodes'), pointsOf('edges')];
  return {
    slopes: { batch: logLogSlope(batch), nodes: logLogSlope(nodes), edges: logLogSlope(edges) },
    batch,
    nodes,
    edges,
  };
}

/** Multiply-adds by integers a second, of the kernel on large batches and of a dot product and nothing else. */
export async function multiplyAddsPerSecond(rounds: number): Promise<{ kernel: number; dotProduct: number }> {
  const kernel = openKernel(model, heads);
  const cells = encodedCells(operatorTable(readArtefacts())).slice(0, 4_096);
  const nodes = cells.reduce((sum, cell) => sum + cell.nodes, 0);
  const perNode = network.structure.weight.length + network.layers.length * 3 * WIDTH * WIDTH;
  const perGraph = network.readout.weight.length + network.heads.weight.length;
  const { multiplyAdds, run } = await openDotProduct();
  const samples = { kernel: [] as number[], dotProduct: [] as number[] };
  for (let round = 0; round <= rounds; round++) {
    const scored = await timed(() => kernel.logits(cells), 100);
    const dotted = await timed(async () => run(1_000), 100);
    if (round === 0) continue;
    samples.kernel.push((1_000 * (nodes * perNode + cells.length * perGraph)) / scored);
    samples.dotProduct.push((1_000 * 1_000 * multiplyAdds) / dotted);
  }
  return { kernel: median(samples.kernel), dotProduct: median(samples.dotProduct) };
}
