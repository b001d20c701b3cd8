/** A search as callers see it. */
import type { ModelIdentity } from '../../predictor/scorer.ts';
import type { Finish } from '../search.ts';
import type { SearchSettings } from '../settings.ts';
import type { Conductor } from './conductor.ts';
import { type Findings, findingsOf, type Progress, progressOf } from './found.ts';
import type { SearchProblem, SearchStatus } from './order.ts';
import type { SearchStore } from './store.ts';

/** A line in the list of an account's searches. */
export interface SearchSummary {
  readonly id: string;
  readonly state: SearchStatus;
  readonly space: string;
  readonly algorithm: SearchSettings['algorithm'];
  /** ISO 8601. */
  readonly created: string;
  readonly ended?: string;
  readonly progress: Progress;
}

export interface SearchSnapshot extends SearchSummary, Findings {
  /** The format that its architectures are written in. */
  readonly format: string;
  readonly budget: { readonly evaluations: number };
  readonly seed: number;
  readonly constraints: SearchSettings['constraints'];
  readonly objectives: readonly string[];
  readonly options: SearchSettings['options'];
  readonly model: ModelIdentity;
  /** Why it ended, where it ran to its end. */
  readonly finish: Finish | null;
  readonly problem?: SearchProblem;
  readonly webhook?: {
    readonly url: string;
    readonly attempts: number;
    readonly delivered: boolean;
    readonly failure?: string;
  };
}

/** A search that has begun, as whoever began it is told. */
export interface StartedSearch {
  readonly search: SearchSnapshot;
  /** What the webhook's messages are signed with. */
  readonly webhookSecret?: string;
}

const iso = (milliseconds: number): string => new Date(milliseconds).toISOString();

export function summaryOf(conductor: Conductor, store: SearchStore): SearchSummary {
  const { order, state } = conductor;
  const { status, ended } = store.standing();
  return {
    id: order.id,
    state: status,
    space: state.space,
    algorithm: order.settings.algorithm,
    created: iso(order.created),
    ...(ended === undefined ? {} : { ended: iso(ended) }),
    progress: progressOf(state),
  };
}

export function snapshotOf(conductor: Conductor, store: SearchStore): SearchSnapshot {
  const { order, space, state } = conductor;
  const { evaluations, seed, constraints, objectives, options } = order.settings;
  const { problem } = store.standing();
  const { attempts = 0, delivered = false, failure } = store.delivery() ?? {};
  return {
    ...summaryOf(conductor, store),
    format: space.format,
    budget: { evaluations },
    seed,
    constraints,
    objectives,
    options,
    model: order.model,
    finish: state.finish,
    ...findingsOf(space, state),
    ...(problem === undefined ? {} : { problem }),
    ...(order.webhook === undefined
      ? {}
      : {
          webhook: {
            url: order.webhook.url,
            attempts,
            delivered,
            ...(failure === undefined ? {} : { failure }),
          },
        }),
  };
}
