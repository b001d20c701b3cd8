/**
 * @file `npm run train`: benchmark tables -> checkpoints -> int8 ONNX -> `models/`, with a bar a network.
 * Networks are trained two at a time in processes of their own, the members of committees first; one that is already
 * trained with the same options and data is not trained again, so an interrupted run goes on where it was.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { MultiBar } from 'cli-progress';
import { Command, Option } from 'commander';
import { readArtefacts } from '../../src/predictor/artefacts-node.ts';
import type { BenchmarkTable } from '../data/benchmark-table.ts';
import { loadBenchmarks } from '../data/benchmarks.ts';
import { CACHE, dataFolder, MODELS } from '../folders.ts';
import { exportInt8 } from './export-onnx.ts';
import { committeeOf, type Job, jobs, optionsOf, SHIPPED_SEED, shapeOf } from './plan.ts';
import { publish } from './publish.ts';
import { quantize } from './quantize.ts';
import { runJob } from './run-job.ts';

interface Flags {
  readonly data: string;
  readonly only?: string;
  readonly job?: string;
  readonly worker: boolean;
  readonly jobs: number;
  readonly json: boolean;
}

/** Members of committees, each once. */
const membersFor = (networks: readonly Job[]): Job[] => [
  ...new Map(networks.flatMap(committeeOf).map((member) => [member.id, member])).values(),
];

const checkpointOf = (id: string): string => join(CACHE, 'train', `${id}.checkpoint`);

const flags = new Command('npm run train --')
  .description('Trains the networks of all three protocols and writes models/.')
  .option('--data <folder>', 'benchmark tables (or NAS_DATA_DIR)', dataFolder())
  .option('--only <prefix>', 'train only networks whose id starts so, e.g. p1 or p2-darts; publishes nothing')
  .option('--jobs <n>', 'networks at a time', Number, Math.min(2, availableParallelism()))
  .option('--json', 'print a line of JSON per trained network instead of bars', false)
  .option('--job <id>', 'train one network in this process')
  .addOption(
    new Option('--worker', 'train the networks that the parent process names').default(false).hideHelp(),
  )
  .addHelpText(
    'after',
    `\nNetworks: ${jobs()
      .map(({ id }) => id)
      .join(', ')}`,
  )
  .parse()
  .opts<Flags>();

/** Trains one network here and writes its int8 file; a member of a committee only leaves its checkpoint. */
async function trainHere(job: Job, tables: ReadonlyMap<string, BenchmarkTable>): Promise<void> {
  const { parameters, steps } = await runJob(job, tables, readArtefacts(), checkpointOf, (step, loss) =>
    process.send?.({ step, loss } satisfies Report),
  );
  if (job.member) return;
  const bytes = exportInt8(quantize(parameters, steps, shapeOf(job)));
  const folder = join(MODELS, 'protocols');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${job.id}.int8.onnx`), bytes);
  if (job.id === `p3.${SHIPPED_SEED}`) writeFileSync(join(MODELS, 'gcn.int8.onnx'), bytes);
}

function jobOf(id: string): Job {
  const job = [...membersFor(jobs()), ...jobs()].find((one) => one.id === id);
  if (job === undefined) throw new Error(`no network "${id}"; see --help`);
  return job;
}

/** What a worker tells its parent: a step of training, or that the network is there. */
type Report = { readonly step: number; readonly loss: number } | { readonly done: true };

/** Trains one network after the other as the parent names them; the tables are read once. */
function work(): void {
  const tables = loadBenchmarks(flags.data);
  process.on('message', (id: string) => {
    trainHere(jobOf(id), tables).then(
      () => process.send?.({ done: true } satisfies Report),
      (error: unknown) => {
        console.error(error);
        process.exit(1);
      },
    );
  });
}

interface Bar {
  update(step: number, facts: { loss: string }): void;
}

/** Has a worker train a network. */
function trainApart(worker: ChildProcess, job: Job, bar: Bar): Promise<void> {
  return new Promise((done, fail) => {
    let smooth = Number.NaN;
    const listen = (report: Report): void => {
      if ('done' in report) {
        worker.off('message', listen).off('exit', stop);
        done();
        return;
      }
      smooth = Number.isNaN(smooth) ? report.loss : 0.95 * smooth + 0.05 * report.loss;
      bar.update(report.step + 1, { loss: smooth.toFixed(3) });
    };
    const stop = (code: number | null): void => fail(new Error(`${job.id} ended with code ${code}`));
    worker.on('message', listen).on('exit', stop);
    worker.send(job.id);
  });
}

async function trainAll(): Promise<void> {
  const chosen = jobs().filter(({ id }) => id.startsWith(flags.only ?? ''));
  if (chosen.length === 0) throw new Error(`no network's id starts with "${flags.only}"; see --help`);
  const bars = new MultiBar({
    format: '{id} {bar} {value}/{total} steps, loss {loss}, {eta_formatted} left',
    hideCursor: true,
    noTTYOutput: !flags.json && process.env.CI === undefined,
    notTTYSchedule: 20_000,
  });
  const train = async (worker: ChildProcess, waiting: Job[]): Promise<void> => {
    for (let job = waiting.shift(); job !== undefined; job = waiting.shift()) {
      const { steps } = optionsOf(job);
      const { id } = job;
      const bar = flags.json ? { update: () => undefined } : bars.create(steps, 0, { id, loss: '-' });
      await trainApart(worker, job, bar);
      bar.update(steps, { loss: 'done' });
      if (flags.json) console.log(JSON.stringify({ id, steps }));
    }
  };
  const workers = Array.from({ length: Math.max(1, flags.jobs) }, () =>
    fork(fileURLToPath(import.meta.url), ['--worker', '--data', flags.data]),
  );
  try {
    for (const networks of [membersFor(chosen), chosen]) {
      const waiting = [...networks];
      await Promise.all(workers.map((worker) => train(worker, waiting)));
    }
  } finally {
    bars.stop();
    for (const worker of workers) worker.kill();
  }
  if (flags.only === undefined) await publish(flags.data);
}

if (flags.worker) work();
else if (flags.job !== undefined) await trainHere(jobOf(flags.job), loadBenchmarks(flags.data));
else await trainAll();
