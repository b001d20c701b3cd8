/** The operators of the field that have a precomputed vector, with their descriptions in three lengths. */
import { attention } from './catalogue/attention.ts';
import { blocks } from './catalogue/blocks.ts';
import { convolutions } from './catalogue/convolutions.ts';
import { graphLayers } from './catalogue/graph-layers.ts';
import { layers } from './catalogue/layers.ts';
import type { Operator } from './catalogue/operator.ts';
import { pooling } from './catalogue/pooling.ts';
import { sequences } from './catalogue/sequences.ts';
import { structure } from './catalogue/structure.ts';

export type { Operator, OperatorFamily } from './catalogue/operator.ts';

/** In the order of the rows of `models/operators-*.bin`. */
export const CATALOGUE: readonly Operator[] = [
  ...structure,
  ...convolutions,
  ...blocks,
  ...pooling,
  ...layers,
  ...attention,
  ...sequences,
  ...graphLayers,
];
