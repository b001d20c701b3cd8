import type { Genome, Space } from '../spaces/space.ts';
import { firstGenome, successor } from '../spaces/variation.ts';
import type { Move, Proposal, Task } from './strategy.ts';

export interface ExhaustiveState {
  readonly algorithm: 'exhaustive';
  /** The genome to look at next; null after the last. */
  readonly next: Genome | null;
}

/** Genomes looked at for one generation. */
const GENERATION = 256;

export const startExhaustive = (space: Space): ExhaustiveState => ({
  algorithm: 'exhaustive',
  next: firstGenome(space),
});

/** Every genome of a space in the order of `successor`; those that are no architecture are screened out. */
export function advanceExhaustive(state: ExhaustiveState, { space }: Task): Move<ExhaustiveState> {
  const proposals: Proposal[] = [];
  let at: Genome | undefined = state.next ?? undefined;
  for (; at !== undefined && proposals.length < GENERATION; at = successor(space, at)) {
    proposals.push({ genome: at });
  }
  return { state: { algorithm: 'exhaustive', next: at ?? null }, proposals };
}
