import type { FormatId } from '../formats/format.ts';
import type { Cost } from '../graph/cost.ts';
import type { OperatorGraph } from '../graph/operator-graph.ts';
import type { OpenOnnx } from './onnx.ts';
import { operatorTable } from './operator-table.ts';

/** An architecture as the predictor sees it. */
export interface Subject {
  /** The canonical graph. */
  readonly graph: OperatorGraph;
  readonly cost: Cost;
  /** The format it was written in, which tells the space it belongs to. */
  readonly space: FormatId;
}

export interface Prediction {
  /** In (0, 1), higher is better; comparable between architectures of one space. */
  readonly score: number;
  /** 0..100: the share of the space's architectures expected to score lower. */
  readonly percentile: number;
  /** What the network's heads say, by name. */
  readonly heads: Readonly<Record<string, number>>;
  readonly warnings: readonly string[];
}

export interface ModelIdentity {
  readonly id: string;
  readonly version: string;
  readonly sha256: string;
}

export interface Scorer {
  readonly model: ModelIdentity;
  /**
   * One prediction a subject, in order; each is the same in any batch.
   *
   * @param vectors float32 [64] by words, for all operators that `unknownOperators` names
   */
  score(subjects: readonly Subject[], vectors?: ReadonlyMap<string, Float32Array>): Promise<Prediction[]>;
  /** Operators of the graph that no vector is known for. */
  unknownOperators(graph: OperatorGraph): string[];
}

/** Contents of `models/`, by file name. */
export interface Artefacts {
  readonly documents: Readonly<Record<string, unknown>>;
  readonly binaries: Readonly<Record<string, Uint8Array>>;
}

export function createScorer(artefacts: Artefacts, _openOnnx: OpenOnnx): Scorer {
  const table = operatorTable(artefacts);
  return {
    model: { id: 'params', version: '0', sha256: '' },
    score: async (subjects) =>
      subjects.map(({ cost }) => {
        const score = cost.params / (cost.params + 1e6);
        return { score, percentile: 100 * score, heads: { params: cost.params }, warnings: [] };
      }),
    unknownOperators: ({ nodes }) => [...new Set(nodes.map(({ op }) => op))].filter((op) => !table.has(op)),
  };
}
