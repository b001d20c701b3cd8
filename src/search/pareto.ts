/**
 * NSGA-II's order of a population (Deb et al., IEEE TEVC 2002): non-dominated sorting with constraints, then
 * crowding distance. With one objective it is the order by that objective.
 */
import { type Evaluation, excess, objectivesOf } from './evaluation.ts';
import type { SearchSettings } from './settings.ts';

/** Whether the first vector is nowhere larger and somewhere smaller. */
export function dominates(a: readonly number[], b: readonly number[]): boolean {
  let smaller = false;
  for (const [i, value] of a.entries()) {
    const other = b[i] ?? value;
    if (value > other) return false;
    if (value < other) smaller = true;
  }
  return smaller;
}

/**
 * Fronts of indices: no vector of the first is dominated, none of the second but by one of the first, and so on.
 * Equal vectors share a front. O(n^2) comparisons, as in the paper.
 */
export function nonDominatedFronts(vectors: readonly (readonly number[])[]): number[][] {
  const dominated: number[][] = vectors.map(() => []);
  const dominators = vectors.map(() => 0);
  vectors.forEach((a, i) => {
    vectors.forEach((b, j) => {
      if (!dominates(a, b)) return;
      dominated[i]?.push(j);
      dominators[j] = (dominators[j] ?? 0) + 1;
    });
  });
  const fronts: number[][] = [];
  let front = vectors.flatMap((_, i) => (dominators[i] === 0 ? [i] : []));
  while (front.length > 0) {
    fronts.push(front);
    const next: number[] = [];
    for (const i of front) {
      for (const j of dominated[i] ?? []) {
        const left = (dominators[j] ?? 0) - 1;
        dominators[j] = left;
        if (left === 0) next.push(j);
      }
    }
    front = next.sort((a, b) => a - b);
  }
  return fronts;
}

/** How alone each vector of a front stands: the sum over objectives of the gap between its two neighbours. */
export function crowdingDistances(front: readonly (readonly number[])[]): number[] {
  const distance = front.map(() => 0);
  const objectives = front[0]?.length ?? 0;
  for (let objective = 0; objective < objectives; objective++) {
    const value = (i: number | undefined): number => (i === undefined ? 0 : (front[i]?.[objective] ?? 0));
    const order = front.map((_, i) => i).sort((a, b) => value(a) - value(b) || a - b);
    const span = value(order.at(-1)) - value(order[0]);
    order.forEach((i, place) => {
      const before = order[place - 1];
      const after = order[place + 1];
      if (before === undefined || after === undefined) distance[i] = Infinity;
      else if (span > 0) distance[i] = (distance[i] ?? 0) + (value(after) - value(before)) / span;
    });
  }
  return distance;
}

/**
 * Evaluations from best to worst: within the limits before over them, those by how far over; then by front, then
 * by crowding distance, then as given.
 */
export function ranked<E extends Evaluation>(evaluations: readonly E[], settings: SearchSettings): E[] {
  const over = new Map(evaluations.map((evaluation) => [evaluation, excess(evaluation, settings)]));
  const within = evaluations.filter((evaluation) => over.get(evaluation) === 0);
  const outside = evaluations.filter((evaluation) => over.get(evaluation) !== 0);
  outside.sort((a, b) => (over.get(a) ?? 0) - (over.get(b) ?? 0));
  if (settings.objectives.length === 1) {
    return [...within.sort((a, b) => b.score - a.score), ...outside];
  }
  const vectors = within.map((evaluation) => objectivesOf(evaluation, settings));
  const order = nonDominatedFronts(vectors).flatMap((front) => {
    const distance = crowdingDistances(front.map((i) => vectors[i] ?? []));
    return front
      .map((i, place) => ({ i, distance: distance[place] ?? 0 }))
      .sort((a, b) => (a.distance === b.distance ? 0 : b.distance - a.distance))
      .map(({ i }) => i);
  });
  return [...order.flatMap((i) => within[i] ?? []), ...outside];
}
