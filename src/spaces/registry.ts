import { ArchitectureError } from '../graph/architecture-error.ts';
import { dartsSpace } from './darts.ts';
import { defineSpace, type SpaceDefinition } from './definition.ts';
import { macroChainSpace } from './macro-chain.ts';
import { nasBench101Space } from './nas-bench-101.ts';
import { nasBench201Space } from './nas-bench-201.ts';
import type { Space } from './space.ts';
import { transNasBench101Space } from './transnas-bench-101.ts';

/** The built-in spaces, by id. */
export const SPACES: ReadonlyMap<string, Space> = new Map(
  [nasBench201Space, nasBench101Space, dartsSpace, transNasBench101Space, macroChainSpace].map((space) => [
    space.id,
    space,
  ]),
);

/**
 * A built-in space by its id, or the space that a definition describes.
 *
 * @throws ArchitectureError `unknown-space` naming the known ones; what `defineSpace` throws
 */
export function spaceOf(given: string | SpaceDefinition): Space {
  if (typeof given !== 'string') return defineSpace(given);
  const space = SPACES.get(given);
  if (space === undefined) {
    throw new ArchitectureError(
      'unknown-space',
      `expected one of the spaces ${[...SPACES.keys()].join(', ')}, or a definition; got ${JSON.stringify(given.slice(0, 64))}`,
    );
  }
  return space;
}
