import { sample } from '../spaces/variation.ts';
import type { Move, Task } from './strategy.ts';

export interface RandomSearchState {
  readonly algorithm: 'random';
}

const GENERATION = 64;

export const startRandomSearch = (): RandomSearchState => ({ algorithm: 'random' });

/** Architectures drawn uniformly over the genomes, without end. */
export function advanceRandomSearch(
  state: RandomSearchState,
  { space, random }: Task,
): Move<RandomSearchState> {
  const drawn = Array.from({ length: GENERATION }, () => sample(space, random));
  return { state, proposals: drawn.flatMap((genome) => (genome === undefined ? [] : [{ genome }])) };
}
