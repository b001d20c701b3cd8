/** @file What int8 costs: the accuracy head's Spearman on NAS-Bench-201, against the float32 checkpoint's. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { encode } from '../../src/predictor/encode.ts';
import { type Gcn, OnnxGcn } from '../../src/predictor/gcn.ts';
import { openOnnx } from '../../src/predictor/onnx-node.ts';
import type { BenchmarkTable } from '../data/benchmark-table.ts';
import { CACHE } from '../folders.ts';
import { readCheckpoint } from '../train/checkpoint.ts';
import { exportFloat32 } from '../train/export-onnx.ts';
import { headsOf, type Job, jobs, shapeOf } from '../train/plan.ts';
import { heldOut } from '../train/protocol.ts';
import { openNetwork } from './protocols.ts';
import { spearman } from './rank-metrics.ts';

export interface QuantizationCost {
  readonly int8: number;
  readonly float32: number;
}

/** By network; empty where `npm run train` has left no checkpoint on this machine. */
export async function quantizationCosts(
  table: BenchmarkTable,
  vectorOf: (op: string) => Int8Array,
): Promise<Record<string, QuantizationCost>> {
  const costs: Record<string, QuantizationCost> = {};
  const accuracy = table.columns.cifar10 ?? new Float64Array();
  const out = heldOut(table);
  for (const job of jobs().filter(({ id }) => /^(p1|p2)-nas-bench-201|^p3/.test(id))) {
    const file = join(CACHE, 'train', `${job.id}.checkpoint`);
    if (!existsSync(file)) continue;
    // Of a P3 network only the rows that it has not seen.
    const rows = [...table.graphs.keys()].filter((row) => job.protocol !== 'P3' || out(row));
    const graphs = rows.flatMap((row) => table.graphs[row] ?? []).map((graph) => encode(graph, vectorOf));
    const truth = rows.map((row) => accuracy[row] ?? Number.NaN);
    const quality = async (network: Gcn): Promise<number> => {
      const logits = await network.logits(graphs);
      const head = headsOf(job).indexOf(job.protocol === 'P3' ? 'cifar10' : 'accuracy');
      const predicted = truth.map((_, i) => logits[i * headsOf(job).length + head] ?? 0);
      return Number(spearman(predicted, truth).toFixed(4));
    };
    costs[job.id] = { int8: await quality(openNetwork(job)), float32: await quality(float32Of(job, file)) };
  }
  return costs;
}

function float32Of(job: Job, file: string): Gcn {
  const shape = shapeOf(job);
  const { parameters } = readCheckpoint(readFileSync(file), shape);
  return new OnnxGcn(openOnnx(exportFloat32(parameters, shape)), shape.heads);
}
