/**
 * The pruning half of TG-NAS's Algorithm 1 (arXiv 2404.00271): start with every choice open in every slot; in each
 * round measure how much the score falls when one choice is taken out, for every open choice of every slot that
 * has several, and drop the least important choice of each such slot; when one is left everywhere, that is the
 * architecture. With |O| choices in each of E slots a round makes |O| x E calls for the |O| then open, where
 * looking at every architecture would make |O|^E.
 *
 * What "the score of a supernet" means, the paper leaves to its code. Two ways, both plain scoring calls:
 * - `parallel`: a network in which all open choices stand side by side, scored as it is. One call a choice.
 * - `expected`: the mean score of architectures drawn from the supernet. The expected score without a choice is
 *   highest for the choice whose own architectures score lowest, so each call is an architecture with the choice
 *   in its slot; every choice is measured on the same draws for the other slots. `completions` calls a choice.
 */
import type { Genome, Space, Subspace } from '../spaces/space.ts';
import { wholeOf } from '../spaces/space.ts';
import { sample } from '../spaces/variation.ts';
import { SearchError } from './search-error.ts';
import type { SupernetScoring } from './settings.ts';
import type { Move, Outcome, Proposal, Task } from './strategy.ts';

/** A choice taken out of a slot, and the importance that it had then. */
interface Dropped {
  readonly choice: number;
  /** How much better the slot's other choices did; null where nothing could be scored with this one. */
  readonly regret: number | null;
}

export interface PruningState {
  readonly algorithm: 'pruning';
  readonly supernet: SupernetScoring;
  readonly completions: number;
  readonly open: Subspace;
  /** By slot, the first dropped first. */
  readonly dropped: readonly (readonly Dropped[])[];
  /** Measuring the open choices, having the survivor scored, or done. */
  readonly phase: 'start' | 'rounds' | 'survivor';
}

type PruningTask = Pick<Task, 'space' | 'settings'>;

/** More draws than this no longer change which choice is dropped. */
const MAX_COMPLETIONS = 64;

/** Importances measured from the whole space down to one architecture, each by one call. */
export function importanceCalls(space: Space): number {
  return space.slots.reduce((sum, { choices: { length } }) => sum + (length * (length + 1)) / 2 - 1, 0);
}

/** Evaluations that a pruning takes at least: every importance once, or as often as is asked for, and the result. */
export function pruningNeeds({ space, settings: { options } }: PruningTask): number {
  const once = options.supernet === 'parallel' ? 1 : (options.completions ?? 1);
  return importanceCalls(space) * once + 1;
}

/**
 * @param budget evaluations that the pruning may use
 * @throws SearchError `budget-too-small` naming the budget that would do, `no-supernet`
 */
export function startPruning({ space, settings }: PruningTask, budget: number): PruningState {
  const supernet = settings.options.supernet ?? 'expected';
  if (supernet === 'parallel' && space.supernet === undefined) {
    throw new SearchError(
      'no-supernet',
      `the supernet of ${space.id} is larger than a graph may be; score it as "expected"`,
      '/options/supernet',
    );
  }
  const needs = pruningNeeds({ space, settings });
  if (needs > budget) {
    throw new SearchError(
      'budget-too-small',
      `pruning ${space.id} takes ${needs} evaluations or more, but it has ${budget}`,
      '/evaluations',
    );
  }
  const affordable = Math.floor((budget - 1) / Math.max(1, importanceCalls(space)));
  const completions =
    supernet === 'parallel' ? 1 : (settings.options.completions ?? Math.min(MAX_COMPLETIONS, affordable));
  return {
    algorithm: 'pruning',
    supernet,
    completions,
    open: wholeOf(space),
    dropped: space.slots.map(() => []),
    phase: 'start',
  };
}

export function advancePruning(
  state: PruningState,
  outcomes: readonly Outcome[],
  task: Task,
): Move<PruningState> {
  if (state.phase === 'survivor') return { state, proposals: [] };
  const pruned = state.phase === 'rounds' ? drop(state, outcomes) : state;
  if (pruned.open.some((choices) => choices.length > 1)) {
    return { state: { ...pruned, phase: 'rounds' }, proposals: measurements(pruned, task) };
  }
  const survivor = repair(pruned, task);
  return {
    state: { ...pruned, phase: 'survivor' },
    proposals: survivor === undefined ? [] : [{ genome: survivor }],
  };
}

/** Every open choice of every slot that has several. */
function candidatesFor(open: Subspace): { slot: number; choice: number }[] {
  return open.flatMap((choices, slot) =>
    choices.length > 1 ? choices.map((choice) => ({ slot, choice })) : [],
  );
}

/** One round's calls: choice by choice in the order of `candidatesFor`, `completions` proposals for each. */
function measurements({ open, supernet, completions }: PruningState, task: Task): Proposal[] {
  const candidates = candidatesFor(open);
  if (supernet === 'parallel') {
    return candidates.map(({ slot, choice }) => ({
      open: open.map((choices, i) => (i === slot ? choices.filter((other) => other !== choice) : choices)),
    }));
  }
  const drawn = Array.from(
    { length: completions },
    (): Genome => sample(task.space, task.random, open) ?? open.map((choices) => choices[0] ?? 0),
  );
  return candidates.flatMap(({ slot, choice }) =>
    drawn.map((genome) => ({ genome: genome.map((other, i) => (i === slot ? choice : other)) })),
  );
}

/** Drops from every slot with several open choices the least important one; of equals the first. */
function drop(state: PruningState, outcomes: readonly Outcome[]): PruningState {
  const { open, supernet, completions } = state;
  const measured = candidatesFor(open).map((candidate, i) => {
    const scores = outcomes
      .slice(i * completions, (i + 1) * completions)
      .flatMap(({ evaluation }) => (evaluation === undefined ? [] : [evaluation.score]));
    const mean = scores.reduce((sum, score) => sum + score, 0) / scores.length;
    // A supernet scores high without what it does not need; an architecture scores high with what it needs.
    const importance = scores.length === 0 ? undefined : supernet === 'parallel' ? -mean : mean;
    return { ...candidate, importance };
  });
  const least = open.map((_, slot) => {
    const own = measured.filter((measurement) => measurement.slot === slot);
    const value = ({ importance = -Infinity }: (typeof own)[number]): number => importance;
    const [first, second] = own.toSorted((a, b) => Math.sign(value(a) - value(b)) || a.choice - b.choice);
    if (first === undefined || second === undefined) return undefined;
    const regret =
      first.importance === undefined || second.importance === undefined
        ? null
        : second.importance - first.importance;
    return { choice: first.choice, regret };
  });
  return {
    ...state,
    open: open.map((choices, slot) => choices.filter((choice) => choice !== least[slot]?.choice)),
    dropped: state.dropped.map((gone, slot) => {
      const own = least[slot];
      return own === undefined ? gone : [...gone, own];
    }),
  };
}

/**
 * The architecture that is left, brought within the space and the limits: as long as it violates them, the slot
 * goes back to a dropped choice with which it violates them less: the one dropped last, with the least regret.
 */
function repair({ open, dropped }: PruningState, task: Task): Genome | undefined {
  let genome: Genome = open.map((choices) => choices[0] ?? 0);
  let violation = task.violation(genome);
  while (violation > 0) {
    const better = dropped
      .flatMap((gone, slot) =>
        gone.map(({ choice, regret }, place) => {
          const changed = genome.map((other, i) => (i === slot ? choice : other));
          const rank = gone.length - place;
          return { changed, rank, regret: regret ?? Number.MAX_VALUE, violation: task.violation(changed) };
        }),
      )
      .filter((change) => change.violation < violation)
      .sort((a, b) => a.rank - b.rank || a.regret - b.regret || a.violation - b.violation)[0];
    if (better === undefined) return undefined;
    genome = better.changed;
    violation = better.violation;
  }
  return genome;
}
