/** What a search has found, as callers see it. */
import type { Space } from '../../spaces/space.ts';
import type { Evaluation } from '../evaluation.ts';
import { type Found, front, improvements } from '../result.ts';
import type { SearchState } from '../search.ts';

export interface FoundArchitecture {
  /** In the space's format. */
  readonly architecture: string;
  readonly score: number;
  readonly heads?: Readonly<Record<string, number>>;
  readonly cost: { readonly params: number; readonly flops: number; readonly depth: number };
}

/** An architecture that beat all before it. */
export interface Improvement {
  /** Networks that had been scored then, itself included. */
  readonly evaluation: number;
  readonly architecture: string;
  readonly score: number;
}

export interface Progress {
  /** Networks scored. */
  readonly evaluations: number;
  readonly budget: number;
  /** Proposals that their cost alone put over a limit. */
  readonly rejected: number;
  /** Proposals of networks that were known already. */
  readonly repeated: number;
}

export interface Findings {
  readonly best: FoundArchitecture | null;
  readonly front: readonly FoundArchitecture[];
  readonly history: readonly Improvement[];
}

/** Architectures of a Pareto front that an answer lists. */
const LISTED = 256;

export function progressOf({ evaluations, told, settings, rejected, repeated }: SearchState): Progress {
  return {
    evaluations: evaluations.length + Object.keys(told).length,
    budget: settings.evaluations,
    rejected,
    repeated,
  };
}

export function shownArchitecture(space: Space, found: Found): FoundArchitecture {
  const { genome, score, heads, params, flops, depth } = found;
  return {
    architecture: space.print(genome),
    score,
    ...(heads === undefined ? {} : { heads }),
    cost: { params, flops, depth },
  };
}

/** Architectures that one event tells of: those beyond would only be drawn over each other. */
const TOLD = 2_048;

/** Score, params and FLOPs of new architectures, for whoever draws them as they come. */
export function scoredOf(
  evaluations: readonly Evaluation[],
): [score: number, params: number, flops: number][] {
  return evaluations
    .filter(({ genome }) => genome !== undefined)
    .slice(0, TOLD)
    .map(({ score, params, flops }) => [Math.round(1e6 * score) / 1e6, params, flops]);
}

/** The state with what was told of a generation that is not complete yet: results may be looked at, not gone on from. */
export function withTold(state: SearchState): SearchState {
  const told = state.awaited.flatMap((waiting): Evaluation[] => {
    const score = state.told[waiting.key];
    return score === undefined ? [] : [{ ...waiting, ...score }];
  });
  return told.length === 0 ? state : { ...state, evaluations: [...state.evaluations, ...told] };
}

export function findingsOf(space: Space, state: SearchState): Findings {
  const scored = withTold(state);
  const better = improvements(scored);
  const place = new Map(scored.evaluations.map((evaluation, i) => [evaluation.key, i + 1]));
  const best = better.at(-1);
  return {
    best: best === undefined ? null : shownArchitecture(space, best),
    front: front(scored)
      .slice(0, LISTED)
      .map((found) => shownArchitecture(space, found)),
    history: better.map(({ key, genome, score }) => ({
      evaluation: place.get(key) ?? 0,
      architecture: space.print(genome),
      score,
    })),
  };
}
