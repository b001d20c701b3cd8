/** tgnas-edge as a library in Node: `import { openLexicon, openScorer, scoreBatch } from 'tgnas-edge'`. */

import type { Lexicon } from './operators/lexicon.ts';
import { readArtefacts } from './predictor/artefacts-node.ts';
import { openKernel } from './predictor/engine-node.ts';
import { openLexicon as openLexiconOn } from './predictor/lexicon-node.ts';
import { createScorer, type Scorer } from './predictor/scorer.ts';

export type { FormatId } from './formats/format.ts';
export { FORMATS, readArchitecture } from './formats/registry.ts';
export { ArchitectureError } from './graph/architecture-error.ts';
export { canonicalize } from './graph/canonicalize.ts';
export { type Cost, costOf } from './graph/cost.ts';
export type { OperatorGraph, OperatorNode } from './graph/operator-graph.ts';
export { describe } from './operators/describe.ts';
export type { Lexicon, Meaning } from './operators/lexicon.ts';
export { NewWordsRefused } from './operators/new-words.ts';
export {
  BatchError,
  type Include,
  readSubject,
  type ScoreBatch,
  type ScoreResult,
  scoreBatch,
} from './predictor/score-batch.ts';
export type { Prediction, Scorer, Subject } from './predictor/scorer.ts';

/** A scorer on the models that come with this package. */
export const openScorer = (): Scorer => createScorer(readArtefacts(), openKernel);

/** The words that `scoreBatch` looks up: those of the models, and the encoder's for operators nobody has listed. */
export const openLexicon = (): Lexicon => openLexiconOn(readArtefacts());
