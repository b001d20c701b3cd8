import type { Group, TensorTable } from './batch.ts';
import { BATCH } from './plan.ts';

/** Largest graph that goes with the small ones: NAS-Bench-101's and -201's cells. */
const SMALL = 8;
/** Largest of the chains; beyond are DARTS-like cell pairs. */
const MIDDLE = 14;

/**
 * Tables by graph size, so that little is padded. The NDS spaces of a hundred rows each share one slot: they
 * would else be seen a hundred times as often as the rest.
 */
export function groupsOf(tables: readonly TensorTable[]): Group[] {
  const within = (above: number, upTo: number): TensorTable[] =>
    tables.filter(({ nodes }) => nodes > above && nodes <= upTo);
  const group = (batch: number, members: readonly TensorTable[]): Group[] => {
    const nds = members.filter(({ space }) => space.startsWith('nds-'));
    const alone = members.filter(({ space }) => !space.startsWith('nds-')).map((table) => [table]);
    const slots = nds.length === 0 ? alone : [...alone, nds];
    return slots.length === 0
      ? []
      : [{ nodes: Math.max(...members.map(({ nodes }) => nodes)), batch, slots }];
  };
  return [
    ...group(BATCH.small, within(0, SMALL)),
    ...group(BATCH.middle, within(SMALL, MIDDLE)),
    ...group(BATCH.large, within(MIDDLE, Number.POSITIVE_INFINITY)),
  ];
}
