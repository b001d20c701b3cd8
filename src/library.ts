/** tgnas-edge as a library in Node: `import { openScorer, scoreBatch } from 'tgnas-edge'`. */
import { readArtefacts } from './predictor/artefacts-node.ts';
import { openOnnx } from './predictor/onnx-node.ts';
import { createScorer, type Scorer } from './predictor/scorer.ts';

export type { FormatId } from './formats/format.ts';
export { FORMATS, readArchitecture } from './formats/registry.ts';
export { ArchitectureError } from './graph/architecture-error.ts';
export { canonicalize } from './graph/canonicalize.ts';
export { type Cost, costOf } from './graph/cost.ts';
export type { OperatorGraph, OperatorNode } from './graph/operator-graph.ts';
export { describe } from './operators/describe.ts';
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
export const openScorer = (): Scorer => createScorer(readArtefacts(), openOnnx);
