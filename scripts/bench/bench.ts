/**
 * @file `npm run bench`: architectures a second in workerd, engine by engine and batch by batch, interleaved in
 * one run so that the ratios hold on any machine; and how soon a fresh isolate answers with each.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import Table from 'cli-table3';
import { Command } from 'commander';
import { unstable_startWorker } from 'wrangler';
import { NODE_FEATURES, STRUCTURE_STEP, VECTOR_STEP } from '../../src/predictor/encode.ts';
import { readNetwork } from '../../src/predictor/kernel/network.ts';
import { CACHE, MODELS } from '../folders.ts';
import { exportFloat32 } from '../train/export-onnx.ts';

const ENGINES = ['kernel', 'ort-int8', 'ort-float32', 'typed-arrays'] as const;
const BATCHES = [1, 32, 256, 1_024] as const;

const flags = new Command('npm run bench --')
  .description('Measures the engines in workerd: architectures/s by batch, and the time to the first answer.')
  .option('--rounds <n>', 'interleaved repetitions; medians are reported', Number, 5)
  .option('--json', 'print the figures as JSON', false)
  .parse()
  .opts<{ rounds: number; json: boolean }>();

/** The float32 network of the same weights, from the int8 file. */
function float32Network(): Uint8Array {
  const { vectors, structure, layers, readout, heads, steps } = readNetwork(
    new Uint8Array(readFileSync(join(MODELS, 'gcn.int8.onnx'))),
  );
  const real = (weight: Int8Array, scale: Float32Array, step: number): Float32Array<ArrayBuffer> =>
    Float32Array.from(weight, (value, i) => (value * (scale[i % scale.length] ?? 0)) / step);
  const step = (at: number): number => steps[at] ?? 1;
  const parameters = new Map<string, Float32Array<ArrayBuffer>>();
  const input = [
    real(vectors.weight, vectors.scale, VECTOR_STEP),
    real(structure.weight, structure.scale, STRUCTURE_STEP),
  ];
  parameters.set('Wx', Float32Array.from(input.flatMap((values) => [...values])));
  parameters.set('bx', Float32Array.from(vectors.bias));
  layers.forEach(({ self, before, after, scale, bias }, l) => {
    parameters.set(`Ws${l}`, real(self, scale, step(l)));
    parameters.set(`Wp${l}`, real(before, scale, step(l)));
    parameters.set(`Wf${l}`, real(after, scale, step(l)));
    parameters.set(`b${l}`, Float32Array.from(bias));
  });
  parameters.set('Wr', real(readout.weight, readout.scale, step(layers.length)));
  parameters.set('br', Float32Array.from(readout.bias));
  parameters.set('Wh', real(heads.weight, heads.scale, step(layers.length + 1)));
  parameters.set('bh', Float32Array.from(heads.bias));
  const shape = {
    features: NODE_FEATURES,
    hidden: vectors.bias.length,
    layers: layers.length,
    readout: readout.bias.length,
    heads: heads.bias.length,
  };
  return exportFloat32(parameters, shape);
}

// Nothing is fetched or reported while it measures.
process.env.CLOUDFLARE_CF_FETCH_ENABLED = 'false';
process.env.WRANGLER_SEND_METRICS = 'false';

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

type Worker = Awaited<ReturnType<typeof unstable_startWorker>>;

const start = (): Promise<Worker> =>
  unstable_startWorker({
    config: fileURLToPath(new URL('wrangler.toml', import.meta.url).href),
    dev: { logLevel: 'none', watch: false, inspector: false, server: { port: 0 } },
  });

async function milliseconds(worker: Worker, engine: string, batch: number, times: number): Promise<number> {
  const from = performance.now();
  const response = await worker.fetch(`http://bench/${engine}?batch=${batch}&times=${times}`);
  if (!response.ok) throw new Error(`${engine}: ${response.status} ${await response.text()}`);
  await response.text();
  return performance.now() - from;
}

const progress = (what: string): void => {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${what}`);
};

mkdirSync(join(CACHE, 'bench'), { recursive: true });
writeFileSync(join(CACHE, 'bench', 'gcn.float32.onnx'), float32Network());

/** Time to the first answer of a fresh isolate, whose cells are ready, in milliseconds. */
const cold: Record<string, number> = {};
for (const engine of ENGINES) {
  const runs: number[] = [];
  for (let round = 0; round < 3; round++) {
    progress(`cold start, ${engine}, ${round + 1} of 3`);
    const worker = await start();
    await milliseconds(worker, engine, 0, 0);
    runs.push(await milliseconds(worker, engine, 1, 1));
    await worker.dispose();
  }
  cold[engine] = median(runs);
}

const worker = await start();
const samples = new Map<string, number[]>();
for (let round = 0; round <= flags.rounds; round++) {
  for (const batch of BATCHES) {
    for (const engine of ENGINES) {
      progress(`round ${round} of ${flags.rounds}: ${engine}, batch ${batch}`);
      const slow = engine === 'typed-arrays' ? 4 : 1;
      const times = Math.max(1, Math.round(Math.min(2_048, 400 * batch) / batch / slow));
      const took = await milliseconds(worker, engine, batch, times);
      // The first round warms up.
      if (round > 0)
        samples.set(`${engine} ${batch}`, [
          ...(samples.get(`${engine} ${batch}`) ?? []),
          (batch * times * 1_000) / took,
        ]);
    }
  }
}
await worker.dispose();
progress('');

const rate = (engine: string, batch: number): number => median(samples.get(`${engine} ${batch}`) ?? []);
const figures = {
  machine: { processor: cpus()[0]?.model, cores: cpus().length, node: process.version },
  rounds: flags.rounds,
  coldFirstAnswerMilliseconds: cold,
  architecturesPerSecond: Object.fromEntries(
    ENGINES.map((engine) => [
      engine,
      Object.fromEntries(BATCHES.map((batch) => [batch, Math.round(rate(engine, batch))])),
    ]),
  ),
};
if (flags.json) console.log(JSON.stringify(figures, undefined, 1));
else {
  const table = new Table({ head: ['in workerd', ...BATCHES.map((batch) => `batch ${batch}`), 'cold, ms'] });
  for (const engine of ENGINES) {
    const rates = BATCHES.map(
      (batch) =>
        `${Math.round(rate(engine, batch))}/s (${(rate(engine, batch) / rate('ort-int8', batch)).toFixed(2)}x)`,
    );
    table.push([engine, ...rates, (cold[engine] ?? Number.NaN).toFixed(1)]);
  }
  console.log(table.toString());
  console.log('architectures a second, medians; in brackets against ONNX Runtime int8 of the same run');
}
process.exit();
