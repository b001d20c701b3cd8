/** @file Every network that is trained, under which protocol, and how. */

import { NODE_FEATURES } from '../../src/predictor/encode.ts';
import type { Votes } from '../../src/predictor/scoring-rule.ts';
import type { Family } from '../data/benchmark-table.ts';
import { ALL_HEADS, TRANSFER_HEADS } from './heads.ts';
import type { Shape } from './network.ts';
import type { Protocol } from './protocol.ts';
import type { TrainingOptions } from './trainer.ts';

/** One network to train. */
export interface Job {
  /** Also the name of its file: `p2-darts.2`. */
  readonly id: string;
  readonly protocol: Protocol;
  /** The family that the protocol leaves out; none under P3. */
  readonly target?: Family;
  readonly seed: number;
}

export const SEEDS = [1, 2, 3] as const;
/** The seed whose P3 network is served. */
export const SHIPPED_SEED = 1;
/** Families left out in turn under P2. */
export const LEFT_OUT: readonly Family[] = ['nas-bench-201', 'darts', 'macro', 'nas-bench-101'];

export function jobs(): Job[] {
  const family = (protocol: Protocol, target: Family): Job[] =>
    SEEDS.map((seed) => ({ id: `${protocol.toLowerCase()}-${target}.${seed}`, protocol, target, seed }));
  return [
    ...SEEDS.map((seed): Job => ({ id: `p3.${seed}`, protocol: 'P3', seed })),
    ...family('P1', 'nas-bench-201'),
    ...LEFT_OUT.flatMap((target) => family('P2', target)),
  ];
}

export const headsOf = ({ protocol }: Pick<Job, 'protocol'>): readonly string[] =>
  protocol === 'P3' ? ALL_HEADS : TRANSFER_HEADS;

export const shapeOf = (job: Pick<Job, 'protocol'>): Shape => ({
  features: NODE_FEATURES,
  hidden: 64,
  layers: 3,
  readout: 64,
  heads: headsOf(job).length,
});

/** Loss weight of each head: accuracy is what the network is for; the others keep it honest on unlabelled graphs. */
const HEAD_WEIGHT: Readonly<Record<string, number>> = {
  accuracy: 3,
  cifar10: 2,
  cifar100: 2,
  imagenet16: 2,
  nwot: 0.5,
  synflow: 0.5,
  jacov: 0.5,
  zen: 0.5,
};

export function optionsOf(job: Job): TrainingOptions {
  const shipped = job.protocol === 'P3';
  const steps = shipped ? 1_600 : 400;
  const weights = headsOf(job).map((head) => HEAD_WEIGHT[head] ?? 0.25);
  return {
    shape: shapeOf(job),
    seed: job.seed,
    steps,
    rate: 3e-3,
    decay: 0.01,
    jitter: shipped ? 0.02 : 0.05,
    clip: 5,
    anchor: 0.3,
    headWeights: () => weights,
    averagedSteps: 200,
    lastRate: shipped ? 0 : 0.3,
    quantizedSteps: Math.round(steps / 4),
  };
}

/** Rows that a slot gives to each step, by the padded size of its graphs. */
export const BATCH = { small: 128, middle: 64, large: 48 } as const;

/**
 * Which heads vote. Half of the say is the accuracy head's, half is shared by the proxies of Mellor et al.
 * (nwot), Tanaka et al. (synflow) and Abdelfattah et al. (jacov) that can be predicted where they were measured.
 * On DARTS cells jacov cannot (held-out fit .3), so it has no vote where DARTS cells have to teach it.
 */
export const LABEL_FREE_VOTES: Votes = { accuracy: 3, nwot: 1, synflow: 1, jacov: 1 };
export const TRANSFER_VOTES: Votes = { accuracy: 2, nwot: 1, synflow: 1 };
/** Where the accuracy head has seen labels of the space it needs no help. */
export const LABELLED_VOTES: Votes = { accuracy: 1 };
