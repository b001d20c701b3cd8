import type { Genome } from '../spaces/space.ts';
import { type Evaluation, excess, objectivesOf } from './evaluation.ts';
import type { SearchState } from './search.ts';

/** An evaluation of an architecture, as against a supernet. */
export type Found = Evaluation & { readonly genome: Genome };

export const isFound = (evaluation: Evaluation): evaluation is Found => evaluation.genome !== undefined;

/** The architectures scored so far that are within every limit, in the order of scoring. */
function withinLimits({ evaluations, settings }: SearchState): Found[] {
  return evaluations.filter(isFound).filter((evaluation) => excess(evaluation, settings) === 0);
}

/** The best scores as they were reached: every architecture that beat all before it. The last is the best. */
export function improvements(state: SearchState): Found[] {
  const better: Found[] = [];
  for (const found of withinLimits(state)) {
    if (found.score > (better.at(-1)?.score ?? -Infinity)) better.push(found);
  }
  return better;
}

/** The architecture with the highest score within the limits; of equals the first scored. */
export function best(state: SearchState): Found | undefined {
  return improvements(state).at(-1);
}

/**
 * The Pareto front of the architectures within the limits, the highest score first; with the score as the only
 * objective, the best.
 */
export function front(state: SearchState): Found[] {
  const found = withinLimits(state).map((evaluation) => {
    const [score = 0, cost = 0] = objectivesOf(evaluation, state.settings);
    return { evaluation, score, cost };
  });
  found.sort((a, b) => a.score - b.score || a.cost - b.cost);
  let cheapest = Infinity;
  return found.flatMap(({ evaluation, cost }) => {
    if (cost >= cheapest) return [];
    cheapest = cost;
    return [evaluation];
  });
}
