/**
 * The evolutionary half of TG-NAS's Algorithm 1 (arXiv 2404.00271): individuals are real vectors in [0,1), a
 * slot's choices mapped evenly onto the interval; mutants V and trial vectors U are made as in differential
 * evolution (Storn & Price 1997, whose letters the paper uses), discretised, scored, and the elite of parents and
 * children together is the next population.
 */
import type { Genome, Space } from '../spaces/space.ts';
import { admits } from '../spaces/space.ts';
import type { Evaluation } from './evaluation.ts';
import { ranked } from './pareto.ts';
import type { Move, Outcome, Task } from './strategy.ts';

interface Individual {
  /** A number in [0,1) per slot. */
  readonly vector: readonly number[];
  readonly key: string;
}

export interface EvolutionState {
  readonly algorithm: 'evolution';
  readonly size: number;
  /** The best first. */
  readonly population: readonly Individual[];
  /** The vectors behind the proposals last made, in their order. */
  readonly children: readonly (readonly number[])[];
}

/**
 * Individuals for a budget: a twentieth of it, within bounds. This and the rates in settings.ts were chosen on the
 * accuracies of NAS-Bench-Macro and TransNAS-Bench-101, where small populations and few changed slots found
 * better networks in 100 to 300 evaluations than 64 individuals and the 0.9 that is usual for real vectors.
 */
const BUDGET_PER_INDIVIDUAL = 20;
const MIN_POPULATION = 8;
const MAX_POPULATION = 64;
/** Tries at a child that is an architecture of the space, before a random one takes its place. */
const ATTEMPTS = 32;

/** @param budget evaluations that the whole of the evolution may use */
export function startEvolution({ settings }: Task, budget: number): EvolutionState {
  const afforded = Math.floor(budget / BUDGET_PER_INDIVIDUAL);
  const size = settings.options.population ?? Math.max(MIN_POPULATION, Math.min(MAX_POPULATION, afforded));
  return { algorithm: 'evolution', size, population: [], children: [] };
}

/** The architecture that a vector stands for. */
export function discretize(space: Space, vector: readonly number[]): Genome {
  return space.slots.map(({ choices }, slot) => Math.floor((vector[slot] ?? 0) * choices.length));
}

export function advanceEvolution(
  state: EvolutionState,
  outcomes: readonly Outcome[],
  task: Task,
): Move<EvolutionState> {
  const population = select(state, outcomes, task);
  const founding = population.length < state.size;
  // What was known already taught nothing: next time, half as many random individuals come in.
  const repeats = outcomes.filter(({ evaluation, fresh }) => evaluation !== undefined && !fresh).length;
  const strangers = founding ? state.size - population.length : Math.floor(repeats / 2);
  const bred = founding ? 0 : state.size - strangers;
  const children: number[][] = [];
  for (let i = 0; i < bred; i++) children.push(breed(population, i, task) ?? stranger(task));
  for (let i = 0; i < strangers; i++) children.push(stranger(task));
  return {
    state: { ...state, population, children },
    proposals: children.map((vector) => ({ genome: discretize(task.space, vector) })),
  };
}

/** The best of parents and children, each network once. */
function select(state: EvolutionState, outcomes: readonly Outcome[], task: Task): Individual[] {
  const individuals = new Map(state.population.map((individual) => [individual.key, individual]));
  outcomes.forEach(({ evaluation }, i) => {
    const vector = state.children[i];
    if (evaluation === undefined || vector === undefined || individuals.has(evaluation.key)) return;
    individuals.set(evaluation.key, { vector, key: evaluation.key });
  });
  const evaluations = [...individuals.keys()].flatMap((key): Evaluation[] => {
    const evaluation = task.evaluation(key);
    return evaluation === undefined ? [] : [evaluation];
  });
  return ranked(evaluations, task.settings)
    .slice(0, state.size)
    .flatMap(({ key }) => individuals.get(key) ?? []);
}

function stranger({ space, random }: Task): number[] {
  let vector = space.slots.map(() => random.unit());
  for (let i = 0; i < ATTEMPTS && !admits(space, discretize(space, vector)); i++) {
    vector = space.slots.map(() => random.unit());
  }
  return vector;
}

/** A trial vector for the i-th individual, or undefined when no architecture came of it. */
function breed(population: readonly Individual[], i: number, task: Task): number[] | undefined {
  const { space, random, settings } = task;
  const { differentialWeight, crossoverRate, resets } = settings.options;
  const resetRate = resets / space.slots.length;
  const parent = population[i]?.vector ?? [];
  const other = (): readonly number[] => population[random.below(population.length)]?.vector ?? [];
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const [a, b, c] = [other(), other(), other()];
    const kept = random.below(space.slots.length);
    const child = space.slots.map((_, slot) => {
      const drawn = random.unit();
      if (random.unit() < resetRate) return drawn;
      // One slot comes from the mutant in any case, or the child could be its parent.
      if (slot !== kept && random.unit() >= crossoverRate) return parent[slot] ?? 0;
      return fold((a[slot] ?? 0) + differentialWeight * ((b[slot] ?? 0) - (c[slot] ?? 0)));
    });
    if (admits(space, discretize(space, child))) return child;
  }
  return undefined;
}

/** Reflects at 0 and 1 what left the interval. */
function fold(value: number): number {
  const within = Math.abs(value) % 2;
  return within < 1 ? within : Math.max(0, Math.min(2 - within, 1 - Number.EPSILON));
}
