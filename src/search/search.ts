/**
 * A search is a value. `ask` gives the candidates to be scored next, `tell` takes scores, both return a new state
 * that is plain data: a search goes through the same states however often it is stored, moved, asked twice or
 * told in pieces, and its result depends on the space, the settings and the scores alone.
 *
 * A network is scored once: whatever has an equal canonical graph gets the score already known and costs no
 * budget. Neither does what its cost alone puts over a limit.
 */
import { architectureCandidate, type Candidate, supernetCandidate } from '../spaces/candidate.ts';
import { type RandomState, restoreRandom, seededRandom } from '../spaces/random.ts';
import { admits, type Genome, type Space, sizeOf } from '../spaces/space.ts';
import { type Evaluation, excess, type Score } from './evaluation.ts';
import { advanceEvolution, type EvolutionState, startEvolution } from './evolution.ts';
import { advanceExhaustive, type ExhaustiveState, startExhaustive } from './exhaustive.ts';
import { advanceHybrid, type HybridState, startHybrid } from './hybrid.ts';
import { advancePruning, type PruningState, startPruning } from './pruning.ts';
import { advanceRandomSearch, type RandomSearchState, startRandomSearch } from './random-search.ts';
import {
  advanceRegularizedEvolution,
  type RegularizedEvolutionState,
  startRegularizedEvolution,
} from './regularized-evolution.ts';
import { SearchError } from './search-error.ts';
import { headsNamed, type SearchSettings } from './settings.ts';
import type { Move, Outcome, Proposal, Task } from './strategy.ts';

type StrategyState =
  | PruningState
  | EvolutionState
  | HybridState
  | RandomSearchState
  | ExhaustiveState
  | RegularizedEvolutionState;

/**
 * Why a search ended: its budget is used up; the algorithm is through; every architecture of the space has been
 * looked at; or nothing new within the limits turned up any more in a space too large to go through.
 */
export type Finish = 'budget' | 'complete' | 'exhausted' | 'stalled';

/** A proposal of the generation at work, and the key of its network; null where that is not to be scored. */
interface Screened {
  readonly proposal: Proposal;
  readonly key: string | null;
  /** Whether the network was unknown until then: it waits for its score. */
  readonly fresh: boolean;
}

/** What is known of a network that waits for its score. */
type Awaited = Omit<Evaluation, 'score' | 'heads'>;

export interface SearchState {
  /** Of this layout. */
  readonly version: 1;
  /** Id of the space; the space itself is given with every call. */
  readonly space: string;
  readonly settings: SearchSettings;
  readonly random: RandomState;
  readonly strategy: StrategyState;
  readonly generation: readonly Screened[];
  readonly awaited: readonly Awaited[];
  /** Scores told for part of `awaited`, by key. */
  readonly told: Readonly<Record<string, Score>>;
  /** The log: one line a network scored, in the order of asking. It only ever grows. */
  readonly evaluations: readonly Evaluation[];
  /** Proposals whose cost alone put them over a limit. */
  readonly rejected: number;
  /** Proposals of networks known already. */
  readonly repeated: number;
  /** Generations in a row that brought nothing new. */
  readonly stale: number;
  readonly finish: Finish | null;
}

export interface Asked {
  readonly state: SearchState;
  /** To be scored, in any order and division. May be empty before the end: then ask again. */
  readonly candidates: readonly Candidate[];
}

/** Generations without anything new before the rest of a space is gone through one by one. */
const STALE_GENERATIONS = 32;
/** Spaces of up to so many genomes are gone through to the end. */
const SWEEP_LIMIT = 1n << 20n;
/** Proposals screened in one call at most, at some 100 microseconds each: a step stays well below a second. */
const SCREENED_PER_ASK = 4_096;

/** @throws SearchError `budget-too-small`, `no-supernet` */
export function startSearch(space: Space, settings: SearchSettings): SearchState {
  const random = seededRandom(settings.seed);
  const task = taskOf(space, settings, random.state(), new Map());
  return {
    version: 1,
    space: space.id,
    settings,
    strategy: start(task),
    random: task.random.state(),
    generation: [],
    awaited: [],
    told: {},
    evaluations: [],
    rejected: 0,
    repeated: 0,
    stale: 0,
    finish: null,
  };
}

function start(task: Task): StrategyState {
  const { algorithm, evaluations } = task.settings;
  switch (algorithm) {
    case 'pruning':
      return startPruning(task, evaluations);
    case 'evolution':
      return startEvolution(task, evaluations);
    case 'hybrid':
      return startHybrid(task, evaluations);
    case 'random':
      return startRandomSearch();
    case 'exhaustive':
      return startExhaustive(task.space);
    case 'regularized-evolution':
      return startRegularizedEvolution(task, evaluations);
  }
}

function advance(state: StrategyState, outcomes: readonly Outcome[], task: Task): Move<StrategyState> {
  switch (state.algorithm) {
    case 'pruning':
      return advancePruning(state, outcomes, task);
    case 'evolution':
      return advanceEvolution(state, outcomes, task);
    case 'hybrid':
      return advanceHybrid(state, outcomes, task);
    case 'random':
      return advanceRandomSearch(state, task);
    case 'exhaustive':
      return advanceExhaustive(state, task);
    case 'regularized-evolution':
      return advanceRegularizedEvolution(state, outcomes, task);
  }
}

function taskOf(
  space: Space,
  settings: SearchSettings,
  random: RandomState,
  known: ReadonlyMap<string, Evaluation>,
): Task {
  return {
    space,
    settings,
    random: restoreRandom(random),
    evaluation: (key) => known.get(key),
    violation(genome) {
      const outside = space.violation?.(genome) ?? 0;
      // No cost can be told of what is no architecture; being one comes first.
      if (outside > 0) return 1e9 + outside;
      return excess(architectureCandidate(space, genome).cost, settings);
    },
  };
}

/**
 * The candidates whose scores the search waits for. Asking again gives those that have not been told yet.
 *
 * @throws SearchError `wrong-space`
 */
export function ask(space: Space, state: SearchState): Asked {
  if (space.id !== state.space) {
    throw new SearchError('wrong-space', `the search is one of ${state.space}, got ${space.id}`);
  }
  if (state.awaited.length > 0) return { state, candidates: untold(space, state) };
  const known = new Map(state.evaluations.map((evaluation) => [evaluation.key, evaluation]));
  let at = state;
  for (let screened = 0; screened < SCREENED_PER_ASK && at.finish === null; ) {
    const task = taskOf(space, at.settings, at.random, known);
    const next = nextGeneration(at, task);
    if (next.candidates.length > 0) return next;
    at = next.state;
    screened += Math.max(1, at.generation.length);
  }
  return { state: at, candidates: [] };
}

/** Candidates of a generation that was stored and restored, or told in part. */
function untold(space: Space, { generation, told }: SearchState): Candidate[] {
  return generation.flatMap(({ proposal, key, fresh }) => {
    if (!fresh || key === null || Object.hasOwn(told, key)) return [];
    return candidateOf(space, proposal) ?? [];
  });
}

function candidateOf(space: Space, proposal: Proposal): Candidate | undefined {
  return 'open' in proposal
    ? supernetCandidate(space, proposal.open)
    : architectureCandidate(space, proposal.genome);
}

/** Lets the algorithm move on from a generation that has all its scores, and screens what it proposes. */
function nextGeneration(state: SearchState, task: Task): Asked {
  const { settings, evaluations } = state;
  if (evaluations.length >= settings.evaluations) return finished(state, 'budget');
  const outcomes = state.generation.map(({ proposal, key, fresh }): Outcome => {
    const evaluation = key === null ? undefined : task.evaluation(key);
    return { proposal, fresh, ...(evaluation === undefined ? {} : { evaluation }) };
  });
  const sweeping = state.stale >= STALE_GENERATIONS && isEndless(state.strategy);
  if (sweeping && sizeOf(task.space).genomes > SWEEP_LIMIT) return finished(state, 'stalled');
  const strategy = sweeping ? startExhaustive(task.space) : state.strategy;
  const move = advance(strategy, sweeping ? [] : outcomes, task);
  if (move.proposals.length === 0) return finished(state, endOf(strategy));
  const screened = screen(move.proposals, task, settings.evaluations - evaluations.length);
  const { candidates, rejected, repeated } = screened;
  return {
    state: {
      ...state,
      strategy: move.state,
      random: task.random.state(),
      generation: screened.generation,
      awaited: candidates.map(awaitedOf),
      told: {},
      rejected: state.rejected + rejected,
      repeated: state.repeated + repeated,
      stale: candidates.length === 0 ? state.stale + 1 : 0,
    },
    candidates,
  };
}

/** Whether an algorithm goes on for as long as there is budget. */
const isEndless = (strategy: StrategyState): boolean =>
  strategy.algorithm === 'hybrid'
    ? isEndless(strategy.half)
    : !['pruning', 'exhaustive'].includes(strategy.algorithm);

function endOf(strategy: StrategyState): Finish {
  if (isEndless(strategy)) return 'stalled';
  return strategy.algorithm === 'exhaustive' ? 'exhausted' : 'complete';
}

function finished(state: SearchState, finish: Finish): Asked {
  return { state: { ...state, generation: [], finish }, candidates: [] };
}

function awaitedOf(candidate: Candidate): Awaited {
  const { key, cost } = candidate;
  const genome: Genome | undefined = candidate.kind === 'architecture' ? candidate.genome : undefined;
  return {
    key,
    ...(genome === undefined ? {} : { genome }),
    params: cost.params,
    flops: cost.flops,
    depth: cost.depth,
  };
}

/** Sorts a generation into what is to be scored, what is known, and what is out of the question. */
function screen(proposals: readonly Proposal[], task: Task, budget: number) {
  const { space, settings } = task;
  const generation: Screened[] = [];
  const candidates: Candidate[] = [];
  const asked = new Set<string>();
  let rejected = 0;
  let repeated = 0;
  for (const proposal of proposals) {
    const drop = { proposal, key: null, fresh: false };
    const candidate =
      'genome' in proposal && !admits(space, proposal.genome) ? undefined : candidateOf(space, proposal);
    if (candidate === undefined) {
      generation.push(drop);
      continue;
    }
    const { key } = candidate;
    if (task.evaluation(key) !== undefined || asked.has(key)) {
      repeated += 1;
      generation.push({ proposal, key, fresh: false });
    } else if (candidate.kind === 'architecture' && excess(candidate.cost, settings) > 0) {
      rejected += 1;
      generation.push(drop);
    } else if (candidates.length >= budget) {
      generation.push(drop);
    } else {
      asked.add(key);
      candidates.push(candidate);
      generation.push({ proposal, key, fresh: true });
    }
  }
  return { generation, candidates, rejected, repeated };
}

/**
 * Takes scores for candidates that were asked for, by key: some or all, in any order. A score told twice counts
 * once, so that a delivery may be repeated.
 *
 * @throws SearchError `score-not-asked`, `score-not-finite`, `score-contradicts`, `head-missing`
 */
export function tell(state: SearchState, scores: ReadonlyMap<string, Score>): SearchState {
  const awaited = new Set(state.awaited.map(({ key }) => key));
  const told = new Map(Object.entries(state.told));
  for (const [key, given] of scores) {
    const score = kept(given, state.settings, key);
    const before = awaited.has(key)
      ? told.get(key)
      : state.evaluations.find((evaluation) => evaluation.key === key);
    if (before === undefined && !awaited.has(key)) {
      throw new SearchError('score-not-asked', `nobody asked for a score of ${key}`);
    }
    if (before !== undefined && before.score !== score.score) {
      throw new SearchError('score-contradicts', `${key} was scored ${before.score}, now ${score.score}`);
    }
    if (before === undefined) told.set(key, score);
  }
  if (told.size < awaited.size || awaited.size === 0) return { ...state, told: Object.fromEntries(told) };
  const scored = state.awaited.flatMap((waiting): Evaluation[] => {
    const score = told.get(waiting.key);
    return score === undefined ? [] : [{ ...waiting, ...score }];
  });
  return { ...state, told: {}, awaited: [], evaluations: [...state.evaluations, ...scored] };
}

/** What a search keeps of a score. */
function kept({ score, heads = {} }: Score, settings: SearchSettings, key: string): Score {
  const names = headsNamed(settings);
  const named = names.map((name) => {
    const value = heads[name];
    if (value === undefined) {
      throw new SearchError('head-missing', `the model has no head "${name}" that the search could go by`);
    }
    return [name, value] as const;
  });
  for (const [name, value] of [['score', score] as const, ...named]) {
    if (!Number.isFinite(value)) {
      throw new SearchError('score-not-finite', `expected a finite ${name} of ${key}, got ${value}`);
    }
  }
  return names.length === 0 ? { score } : { score, heads: Object.fromEntries(named) };
}
