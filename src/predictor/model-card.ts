/** `models/manifest.json`: what the model is, what made it, how good it is. */
import type { Votes } from './scoring-rule.ts';

/** One space's reference: its rule lies in `reference.bin` at `row`, of as many rows as there are spaces. */
export interface SpaceReference {
  readonly votes: Votes;
  readonly row: number;
  /** What the percentiles are against, in words. */
  readonly of: string;
  readonly architectures: number;
}

/** Expected accuracy on one dataset: a monotone curve over the percentile of one head, linear between knots. */
export interface AccuracyCurve {
  readonly head: string;
  /** Percentiles in [0, 1], ascending, and the accuracies at them, in percent, not descending. */
  readonly percentiles: readonly number[];
  readonly accuracies: readonly number[];
  /** Mean absolute error on rows held out of training and of the fit, in accuracy points. */
  readonly heldOutError: number;
  readonly heldOutRows: number;
}

export interface ModelCard {
  readonly id: string;
  readonly version: string;
  /** The protocol under which the shipped network was trained. */
  readonly protocol: 'P3';
  /** File of the shipped network in `models/`. */
  readonly network: string;
  /** The network's outputs, in order. */
  readonly heads: readonly string[];
  /** By format; what has no reference of its own is judged as `dag`, against all spaces pooled. */
  readonly spaces: Readonly<Record<string, SpaceReference>>;
  /** Accuracy curves by space and dataset. */
  readonly expected: Readonly<Record<string, Readonly<Record<string, AccuracyCurve>>>>;
  readonly training: {
    readonly tables: readonly { readonly space: string; readonly rows: number; readonly family: string }[];
    readonly options: Readonly<Record<string, unknown>>;
    readonly seeds: readonly number[];
  };
  /** Measured on the committed int8 files by `npm run evaluate`; protocol by protocol. */
  readonly metrics: Readonly<Record<string, unknown>>;
  /** sha256 of every artefact in `models/`. */
  readonly files: Readonly<Record<string, string>>;
}
