/** The engines in workerd, without API and storage: how many architectures a second, how soon the first. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { unstable_startWorker } from 'wrangler';
import { CACHE, MODELS } from '../folders.ts';
import { float32Network } from './float32-network.ts';
import { median } from './statistics.ts';

export const ENGINES = ['kernel', 'ort-int8', 'ort-float32', 'typed-arrays'] as const;
/** Architectures of one sample: more of a fast engine, so that samples are about as long. */
const SAMPLE: Readonly<Record<string, number>> = { kernel: 4_096, 'typed-arrays': 256 };

type Worker = Awaited<ReturnType<typeof unstable_startWorker>>;

function start(): Promise<Worker> {
  mkdirSync(join(CACHE, 'bench'), { recursive: true });
  const int8 = new Uint8Array(readFileSync(join(MODELS, 'gcn.int8.onnx')));
  writeFileSync(join(CACHE, 'bench', 'gcn.float32.onnx'), float32Network(int8));
  return unstable_startWorker({
    config: fileURLToPath(new URL('wrangler.toml', import.meta.url).href),
    dev: { logLevel: 'none', watch: false, inspector: false, server: { port: 0 } },
  });
}

async function milliseconds(worker: Worker, engine: string, batch: number, times: number): Promise<number> {
  const from = performance.now();
  const response = await worker.fetch(`http://bench/${engine}?batch=${batch}&times=${times}`);
  if (!response.ok) throw new Error(`${engine}: ${response.status} ${await response.text()}`);
  await response.text();
  return performance.now() - from;
}

/** Milliseconds to the first answer of a fresh isolate, whose cells are ready, of the kernel and of ONNX Runtime. */
export async function coldStarts(rounds: number): Promise<Record<string, number>> {
  const samples: Record<string, number[]> = { kernel: [], 'ort-int8': [] };
  for (let round = 0; round < rounds; round++) {
    for (const [engine, sample] of Object.entries(samples)) {
      const worker = await start();
      await milliseconds(worker, engine, 0, 0);
      sample.push(await milliseconds(worker, engine, 1, 1));
      await worker.dispose();
    }
  }
  return Object.fromEntries(Object.entries(samples).map(([engine, sample]) => [engine, median(sample)]));
}

/** Architectures a second by engine and batch, medians of interleaved rounds. */
export async function ratesInWorkerd(
  batches: readonly number[],
  rounds: number,
): Promise<Record<string, Record<number, number>>> {
  const worker = await start();
  const samples = new Map<string, number[]>();
  for (let round = 0; round <= rounds; round++) {
    for (const batch of batches) {
      for (const engine of ENGINES) {
        const times = Math.max(1, Math.round((SAMPLE[engine] ?? 1_024) / batch));
        const took = await milliseconds(worker, engine, batch, times);
        const key = `${engine} ${batch}`;
        // The first round warms up.
        if (round > 0) samples.set(key, [...(samples.get(key) ?? []), (1_000 * batch * times) / took]);
      }
    }
  }
  await worker.dispose();
  const rate = (engine: string, batch: number): number =>
    Math.round(median(samples.get(`${engine} ${batch}`) ?? []));
  return Object.fromEntries(
    ENGINES.map((engine) => [
      engine,
      Object.fromEntries(batches.map((batch) => [batch, rate(engine, batch)])),
    ]),
  );
}
