import type { Random } from '../spaces/random.ts';
import type { Genome, Space, Subspace } from '../spaces/space.ts';
import type { Evaluation } from './evaluation.ts';
import type { SearchSettings } from './settings.ts';

/** What an algorithm wants to know the score of: an architecture, or every architecture still open at once. */
export type Proposal = { readonly genome: Genome } | { readonly open: Subspace };

/** What became of a proposal. */
export interface Outcome {
  readonly proposal: Proposal;
  /** Missing where nothing was scored: no architecture of the space, over a limit, or the budget was used up. */
  readonly evaluation?: Evaluation;
  /** False where the same network had been scored before. */
  readonly fresh: boolean;
}

/** What an algorithm may look at. */
export interface Task {
  readonly space: Space;
  readonly settings: SearchSettings;
  readonly random: Random;
  /** What is known of a network scored earlier. */
  evaluation(key: string): Evaluation | undefined;
  /** How far a genome is from an architecture of the space within its limits on cost; 0 when it is one. */
  violation(genome: Genome): number;
}

/** An algorithm's next move: its own state, plain data, and a generation of proposals; none when it is done. */
export interface Move<State> {
  readonly state: State;
  readonly proposals: readonly Proposal[];
}
