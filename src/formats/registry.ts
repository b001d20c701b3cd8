import { ArchitectureError } from '../graph/architecture-error.ts';
import type { Skeleton } from '../graph/cost.ts';
import type { OperatorGraph } from '../graph/operator-graph.ts';
import { validate } from '../graph/validate.ts';
import { chain } from './chain.ts';
import { dag } from './dag.ts';
import { darts } from './darts.ts';
import type { Format, FormatId } from './format.ts';
import { nasBench101 } from './nas-bench-101.ts';
import { nasBench201 } from './nas-bench-201.ts';
import { onnx } from './onnx.ts';
import { transNasBench101 } from './transnas-bench-101.ts';

const ALL: readonly Format<unknown>[] = [nasBench101, nasBench201, darts, transNasBench101, chain, dag, onnx];

/** Every format that architectures can be written in, by id. */
export const FORMATS: ReadonlyMap<string, Format<unknown>> = new Map(
  ALL.map((format) => [format.id, format]),
);

export interface ReadArchitecture {
  readonly format: FormatId;
  /** The format's canonical text of the architecture. */
  readonly text: string;
  /** The graph as written: valid, not yet canonical. */
  readonly graph: OperatorGraph;
  readonly skeleton: Skeleton;
}

/** @throws ArchitectureError `unknown-format` naming the known ones */
export function formatOf(id: string): Format<unknown> {
  const format = FORMATS.get(id);
  if (format === undefined) {
    throw new ArchitectureError(
      'unknown-format',
      `expected one of the formats ${[...FORMATS.keys()].join(', ')}, got ${JSON.stringify(id.slice(0, 64))}`,
    );
  }
  return format;
}

/**
 * Reads an architecture as a caller sent it: text or JSON value.
 *
 * @throws ArchitectureError with the code and the position of the first thing wrong
 */
export function readArchitecture(id: string, given: unknown): ReadArchitecture {
  const format = formatOf(id);
  const architecture = format.parse(given);
  return {
    format: format.id,
    text: format.print(architecture),
    graph: validate(format.graph(architecture)),
    skeleton: format.skeleton(architecture),
  };
}
