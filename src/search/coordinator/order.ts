import type { ModelIdentity } from '../../predictor/scorer.ts';
import type { SpaceDefinition } from '../../spaces/definition.ts';
import type { SearchSettings } from '../settings.ts';

/** Whom a search works for. */
export interface Payer {
  readonly account: string;
  /** The key that started it, where the account has several. */
  readonly key?: string;
}

/** A search as it was ordered: with the model it determines the result to the last byte. */
export interface SearchOrder {
  readonly id: string;
  readonly payer: Payer;
  /** A built-in space by id, or the caller's own. */
  readonly space: string | SpaceDefinition;
  readonly settings: SearchSettings;
  /** The model that scores it, from the first evaluation to the last. */
  readonly model: ModelIdentity;
  /** float32 [64] by words, for operators of the space that the model's table lacks. */
  readonly vectors: ReadonlyMap<string, Float32Array>;
  /** Where the end is told, and the secret that the message is signed with. */
  readonly webhook?: { readonly url: string; readonly secret: string };
  /** Milliseconds since the epoch. */
  readonly created: number;
}

export const STATUSES = ['running', 'completed', 'cancelled', 'failed'] as const;
export type SearchStatus = (typeof STATUSES)[number];

/** Why a search could not go on. */
export interface SearchProblem {
  readonly code: string;
  readonly detail: string;
}

/** How a search stands, beside what it has found. */
export interface Standing {
  readonly status: SearchStatus;
  /** Steps committed. */
  readonly step: number;
  /** Steps in a row that could not be made. */
  readonly failures: number;
  /** Milliseconds since the epoch. */
  readonly ended?: number;
  readonly problem?: SearchProblem;
}
