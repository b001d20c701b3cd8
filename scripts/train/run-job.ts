/** @file Trains one network of the plan. Started by train.ts as a process of its own, one a core. */
import { createHash } from 'node:crypto';
import { operatorTable } from '../../src/predictor/operator-table.ts';
import type { Artefacts } from '../../src/predictor/scorer.ts';
import type { BenchmarkTable } from '../data/benchmark-table.ts';
import type { TensorTable } from './batch.ts';
import { type Checkpoint, loadCheckpoint, saveCheckpoint } from './checkpoint.ts';
import { judgedBy } from './committee.ts';
import { groupsOf } from './groups.ts';
import { committeeOf, headsOf, type Job, optionsOf, shapeOf } from './plan.ts';
import { visibility } from './protocol.ts';
import { type TensorOptions, tensorsOf, vectorsOf } from './tensors.ts';
import { calibrate, type TrainingOptions, train } from './trainer.ts';
import { wordingVectors } from './wordings.ts';

/** What a checkpoint depends on besides this code: options, and all that the network is shown. */
function fingerprintOf(
  job: Job,
  { headWeights, onStep: _, ...options }: TrainingOptions,
  tensors: readonly TensorTable[],
): string {
  const data = createHash('sha256');
  for (const { features, adjacency, targets, operators, wordings } of tensors) {
    for (const { buffer, byteOffset, byteLength } of [
      features,
      adjacency,
      targets,
      operators,
      ...wordings.flat(),
    ]) {
      data.update(new Uint8Array(buffer, byteOffset, byteLength));
    }
  }
  return JSON.stringify({ job, options, weights: headWeights(''), data: data.digest('hex') });
}

/** The checkpoint in `file` when it fits, else one trained anew and written there. */
async function trained(
  job: Job,
  options: TrainingOptions,
  tensors: readonly TensorTable[],
  file: string,
): Promise<Checkpoint> {
  const fingerprint = fingerprintOf(job, options, tensors);
  const found = loadCheckpoint(file, options.shape, fingerprint);
  if (found !== undefined) return found;
  const groups = groupsOf(tensors);
  const parameters = await train(groups, options);
  const steps = await calibrate(parameters, groups, options.shape, job.seed + 2);
  const checkpoint = { parameters, steps };
  saveCheckpoint(file, checkpoint, fingerprint);
  return checkpoint;
}

/**
 * The job's checkpoint. Where the plan has a committee for it, the network learns how that judges the target's
 * architectures: no more of them is known than under the protocol. Members without a checkpoint are trained first.
 *
 * @param fileOf where a network's checkpoint is kept, by the network's id
 * @param onStep told after each step of the job's own network, from 0
 */
export async function runJob(
  job: Job,
  tables: ReadonlyMap<string, BenchmarkTable>,
  artefacts: Artefacts,
  fileOf: (id: string) => string,
  onStep: (step: number, loss: number) => void,
): Promise<Checkpoint> {
  const shown = {
    heads: headsOf(job),
    vectorOf: vectorsOf(operatorTable(artefacts)),
    wordingsOf: wordingVectors(artefacts),
  } satisfies Partial<TensorOptions>;
  const measured = [...tables.values()]
    .map((table) => tensorsOf(table, { ...shown, visible: visibility(job.protocol, job.target, table) }))
    .filter(({ rows }) => rows > 0);
  const options = { ...optionsOf(job), onStep };
  const committee = committeeOf(job);
  if (committee.length === 0) return await trained(job, options, measured, fileOf(job.id));
  const members: Checkpoint[] = [];
  for (const member of committee) {
    members.push(await trained(member, optionsOf(member), measured, fileOf(member.id)));
  }
  const judged: TensorTable[] = [];
  for (const table of tables.values()) {
    if (job.target?.spaces.includes(table.space)) {
      judged.push(await judgedBy(members, table, shapeOf(job), shown));
    }
  }
  return await trained(job, options, judged, fileOf(job.id));
}
