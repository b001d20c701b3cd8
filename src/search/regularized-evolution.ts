/**
 * Regularized (aging) evolution (Real et al., AAAI 2019): of a few individuals drawn from the population the best
 * has a mutated child; the child joins at the young end of the queue and the oldest dies. `children` of them at a
 * time, as by so many workers.
 */
import type { Genome } from '../spaces/space.ts';
import { mutate, sample } from '../spaces/variation.ts';
import { ranked } from './pareto.ts';
import type { Move, Outcome, Proposal, Task } from './strategy.ts';

export interface RegularizedEvolutionState {
  readonly algorithm: 'regularized-evolution';
  readonly size: number;
  /** The oldest first. */
  readonly queue: readonly { readonly genome: Genome; readonly key: string }[];
}

/** The paper's population. */
const POPULATION = 100;

export function startRegularizedEvolution({ settings }: Task, budget: number): RegularizedEvolutionState {
  const size = settings.options.population ?? Math.max(4, Math.min(POPULATION, Math.floor(budget / 4)));
  return { algorithm: 'regularized-evolution', size, queue: [] };
}

export function advanceRegularizedEvolution(
  state: RegularizedEvolutionState,
  outcomes: readonly Outcome[],
  task: Task,
): Move<RegularizedEvolutionState> {
  const born = outcomes.flatMap(({ proposal, evaluation }) =>
    evaluation === undefined || !('genome' in proposal)
      ? []
      : [{ genome: proposal.genome, key: evaluation.key }],
  );
  const queue = [...state.queue, ...born].slice(-state.size);
  const founding = queue.length < state.size;
  const count = founding ? state.size - queue.length : task.settings.options.children;
  // Where all neighbours are known, mutation alone would go round in circles: repeats cost no budget here.
  const stuck = outcomes.length > 0 && outcomes.every(({ fresh }) => !fresh);
  const proposals = Array.from({ length: count }, (): Proposal[] => {
    const genome = founding || stuck ? sample(task.space, task.random) : childOf(queue, task);
    return genome === undefined ? [] : [{ genome }];
  }).flat();
  return { state: { ...state, queue }, proposals };
}

function childOf(queue: RegularizedEvolutionState['queue'], task: Task): Genome | undefined {
  const { random, settings, space } = task;
  const competitors = Array.from(
    { length: Math.min(settings.options.tournament, queue.length) },
    () => queue[random.below(queue.length)],
  );
  const evaluations = competitors.flatMap((individual) => {
    const evaluation = individual && task.evaluation(individual.key);
    return evaluation === undefined ? [] : [evaluation];
  });
  const winner = ranked([...new Set(evaluations)], settings)[0]?.key;
  const parent = competitors.find((individual) => individual?.key === winner);
  return parent && mutate(space, parent.genome, random);
}
