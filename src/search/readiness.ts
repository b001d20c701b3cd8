/** What must be so before a space can be searched with a scorer. */
import type { Lexicon } from '../operators/lexicon.ts';
import { NewWordsRefused } from '../operators/new-words.ts';
import type { Scorer } from '../predictor/scorer.ts';
import type { Space } from '../spaces/space.ts';
import { SearchError } from './search-error.ts';
import { headsNamed, type SearchSettings } from './settings.ts';

/**
 * Vectors of the space's operators that the model's table lacks, float32 [64] by words.
 *
 * @throws NewWordsRefused naming those that get none now
 */
export async function vectorsFor(
  space: Space,
  scorer: Scorer,
  lexicon: Lexicon,
  account: string,
): Promise<Map<string, Float32Array>> {
  const nodes = space.operators.map((op) => ({ id: op, op }));
  const unknown = scorer.unknownOperators({ nodes, edges: [] });
  if (unknown.length === 0) return new Map();
  try {
    const meanings = await lexicon.lookUp(unknown, account);
    return new Map([...meanings].map(([op, { vector }]) => [op, vector]));
  } catch (error) {
    if (!(error instanceof NewWordsRefused)) throw error;
    const names = unknown.map((op) => JSON.stringify(op)).join(', ');
    const { reason, message, retryAfter } = error;
    throw new NewWordsRefused(reason, `${message} (operators without a vector: ${names})`, retryAfter);
  }
}

/**
 * Makes sure that the model has every head that the settings go by.
 *
 * @throws SearchError `unknown-head`
 */
export function refuseUnknownHeads(settings: SearchSettings, { heads }: Scorer): void {
  const unknown = headsNamed(settings).find((name) => !heads.includes(name));
  if (unknown === undefined) return;
  throw new SearchError(
    'unknown-head',
    `expected params, flops, depth or a head of the model (${heads.join(', ')}), got "${unknown}"`,
    Object.hasOwn(settings.constraints, unknown) ? `/constraints/${unknown}` : '/objectives/1',
  );
}
