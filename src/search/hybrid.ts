import { advanceEvolution, type EvolutionState, startEvolution } from './evolution.ts';
import { advancePruning, type PruningState, pruningNeeds, startPruning } from './pruning.ts';
import type { Move, Outcome, Task } from './strategy.ts';

export interface HybridState {
  readonly algorithm: 'hybrid';
  /** The half that is at work. */
  readonly half: PruningState | EvolutionState;
  readonly evolutionBudget: number;
}

/**
 * TG-NAS's Algorithm 1 as a whole: a pruning search, then an evolutionary one that knows nothing of it; the better
 * result wins, which is the best evaluation of all. Pruning plans with its share of the budget, or with more where
 * that is too little for it; what it leaves over is evolution's too.
 */
export function startHybrid(task: Task, budget: number): HybridState {
  const share = Math.floor(budget * task.settings.options.pruningShare);
  const pruningBudget = Math.min(budget, Math.max(share, pruningNeeds(task)));
  return {
    algorithm: 'hybrid',
    half: startPruning(task, pruningBudget),
    evolutionBudget: budget - pruningBudget,
  };
}

export function advanceHybrid(
  state: HybridState,
  outcomes: readonly Outcome[],
  task: Task,
): Move<HybridState> {
  if (state.half.algorithm === 'evolution') {
    const { state: half, proposals } = advanceEvolution(state.half, outcomes, task);
    return { state: { ...state, half }, proposals };
  }
  const { state: half, proposals } = advancePruning(state.half, outcomes, task);
  if (proposals.length > 0) return { state: { ...state, half }, proposals };
  return advanceHybrid({ ...state, half: startEvolution(task, state.evolutionBudget) }, [], task);
}
