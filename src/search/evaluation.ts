import type { Genome } from '../spaces/space.ts';
import { isCost, type SearchSettings } from './settings.ts';

/** What the scorer says of a candidate. Of the heads a search keeps those that its settings name. */
export interface Score {
  /** Higher is better. */
  readonly score: number;
  readonly heads?: Readonly<Record<string, number>>;
}

/** One network scored: a line of the search's log, never changed once written. */
export interface Evaluation extends Score {
  readonly key: string;
  /** Missing for a supernet, which is no result. */
  readonly genome?: Genome;
  readonly params: number;
  readonly flops: number;
  readonly depth: number;
}

type Measured = Pick<Evaluation, 'params' | 'flops' | 'depth' | 'heads'>;

function measure(measured: Measured, name: string): number | undefined {
  return isCost(name) ? measured[name] : measured.heads?.[name];
}

/**
 * How far a network is over its limits, each as a share of the limit, summed; 0 within all of them. Limits on
 * heads count only where the heads are known.
 */
export function excess(measured: Measured, { constraints }: SearchSettings): number {
  let total = 0;
  for (const [name, { min, max }] of Object.entries(constraints)) {
    const value = measure(measured, name);
    if (value === undefined) continue;
    const over = max !== undefined && value > max ? value - max : 0;
    const under = min !== undefined && value < min ? min - value : 0;
    total += (over + under) / Math.max(1e-9, Math.abs((over > 0 ? max : min) ?? 0));
  }
  return total;
}

/** The objectives of a network, each to be made small. */
export function objectivesOf(evaluation: Evaluation, { objectives }: SearchSettings): number[] {
  return objectives.map((name) =>
    name === 'score' ? -evaluation.score : (measure(evaluation, name) ?? Number.MAX_VALUE),
  );
}
