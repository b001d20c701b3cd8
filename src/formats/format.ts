import type { Skeleton } from '../graph/cost.ts';
import type { OperatorGraph } from '../graph/operator-graph.ts';

export type FormatId =
  | 'nas-bench-101'
  | 'nas-bench-201'
  | 'darts'
  | 'transnas-bench-101'
  | 'chain'
  | 'dag'
  | 'onnx';

/**
 * One way in which architectures are written down. `Architecture` is the format's own parsed value, plain data;
 * `parse(print(a))` equals `a`.
 */
export interface Format<Architecture> {
  readonly id: FormatId;
  readonly title: string;
  /** An architecture as a caller would send it. */
  readonly example: string | object;
  /**
   * Reads text as papers and benchmarks print it, or the equal JSON value. Its work is bounded by the limits
   * that it states, whatever it is given.
   *
   * @throws ArchitectureError with a stable code, and the pointer and offset of the first thing wrong
   */
  parse(given: unknown): Architecture;
  /** The canonical text of an architecture. */
  print(architecture: Architecture): string;
  /** The graph as written (identities, `none` and dead ends included), operators in canonical words. */
  graph(architecture: Architecture): OperatorGraph;
  /** The macro rules that turn the graph into a network, for its cost. */
  skeleton(architecture: Architecture): Skeleton;
}
