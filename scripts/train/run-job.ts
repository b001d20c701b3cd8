/** @file Trains one network of the plan. Started by train.ts as a process of its own, one a core. */
import { createHash } from 'node:crypto';
import { operatorTable } from '../../src/predictor/operator-table.ts';
import type { Artefacts } from '../../src/predictor/scorer.ts';
import type { BenchmarkTable } from '../data/benchmark-table.ts';
import type { TensorTable } from './batch.ts';
import { type Checkpoint, loadCheckpoint, saveCheckpoint } from './checkpoint.ts';
import { groupsOf } from './groups.ts';
import { headsOf, type Job, optionsOf } from './plan.ts';
import { visibility } from './protocol.ts';
import { tensorsOf, vectorsOf } from './tensors.ts';
import { calibrate, train } from './trainer.ts';
import { wordingVectors } from './wordings.ts';

/** What the result of a job depends on besides this code: options, and all that the network is shown. */
function fingerprintOf(job: Job, tensors: readonly TensorTable[]): string {
  const { headWeights, onStep: _, ...options } = optionsOf(job);
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

/**
 * The job's checkpoint: the one in `file` when it fits, else trained anew and written there.
 *
 * @param onStep told after each step, from 0
 */
export async function runJob(
  job: Job,
  tables: ReadonlyMap<string, BenchmarkTable>,
  artefacts: Artefacts,
  file: string,
  onStep: (step: number, loss: number) => void,
): Promise<Checkpoint> {
  const options = optionsOf(job);
  const vectorOf = vectorsOf(operatorTable(artefacts));
  const wordingsOf = wordingVectors(artefacts);
  const tensors = [...tables.values()]
    .map((table) =>
      tensorsOf(table, {
        heads: headsOf(job),
        vectorOf,
        wordingsOf,
        visible: visibility(job.protocol, job.target, table),
      }),
    )
    .filter(({ rows }) => rows > 0);
  const fingerprint = fingerprintOf(job, tensors);
  const found = loadCheckpoint(file, options.shape, fingerprint);
  if (found !== undefined) return found;
  const groups = groupsOf(tensors);
  const parameters = await train(groups, { ...options, onStep });
  const steps = await calibrate(parameters, groups, options.shape, job.seed + 2);
  const checkpoint = { parameters, steps };
  saveCheckpoint(file, checkpoint, fingerprint);
  return checkpoint;
}
