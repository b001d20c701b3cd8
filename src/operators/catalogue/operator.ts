/** Which kind of thing an operator is; what `GET /v1/operators` filters by. */
export type OperatorFamily =
  | 'convolution'
  | 'block'
  | 'pooling'
  | 'normalization'
  | 'activation'
  | 'attention'
  | 'sequence'
  | 'mixing'
  | 'graph'
  | 'structure';

/**
 * One operator of the field. The three descriptions are those of TG-NAS's Table 1: the short one is the
 * canonical name that the predictor is trained on; the others exist to measure what more words would change.
 */
export interface Operator {
  /** The description as a slug: `convolution-3-by-3`. */
  readonly id: string;
  /** Canonical short words: `convolution 3 by 3`. */
  readonly description: string;
  /** The short words and what the operator does. */
  readonly medium: string;
  /** The same, and how or why. */
  readonly long: string;
  readonly family: OperatorFamily;
}

/** An operator as it is listed: its canonical words, what it does, and how or why. */
export type Listed = readonly [description: string, does: string, how: string];

export function operatorsOf(family: OperatorFamily, listed: readonly Listed[]): readonly Operator[] {
  return listed.map(([description, does, how]) => ({
    id: description
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^-|-$/g, ''),
    description,
    medium: `${description}: ${does}`,
    long: `${description}: ${does}. ${how}.`,
    family,
  }));
}
