/** Architectures as callers write them in, results out: what the API and the command line have in common. */
import type { FormatId } from '../formats/format.ts';
import { readArchitecture } from '../formats/registry.ts';
import { ArchitectureError } from '../graph/architecture-error.ts';
import { canonicalize } from '../graph/canonicalize.ts';
import { type Cost, costOf } from '../graph/cost.ts';
import type { OperatorNode } from '../graph/operator-graph.ts';
import { describeGraph } from './describe-graph.ts';
import type { Prediction, Scorer, Subject } from './scorer.ts';

export const INCLUDES = ['heads', 'cost', 'graph'] as const;
/** Parts of a result that are given only when asked for. */
export type Include = (typeof INCLUDES)[number];

export interface ScoreBatch {
  readonly format: FormatId;
  /** Each as text or as a JSON value, as its format has it. */
  readonly architectures: readonly unknown[];
  readonly include?: readonly Include[];
}

/** An operator graph as answers show it: edges name their ends. */
export interface ShownGraph {
  readonly nodes: readonly OperatorNode[];
  readonly edges: readonly { readonly from: string; readonly to: string; readonly count: number }[];
}

export interface ScoreResult {
  /** Place of the architecture in the batch, from 0. */
  readonly index: number;
  readonly score: number;
  readonly percentile: number;
  readonly heads?: Prediction['heads'];
  readonly cost?: Omit<Cost, 'unknown'>;
  readonly graph?: ShownGraph;
  readonly warnings: readonly string[];
}

/** One unreadable architecture of a batch. */
export interface Fault {
  readonly index: number;
  readonly error: ArchitectureError;
}

/** A batch with architectures in it that cannot be read. Nothing of it was scored. */
export class BatchError extends Error {
  override readonly name = 'BatchError';
  /** All of them, by index. */
  readonly faults: readonly [Fault, ...Fault[]];

  constructor(faults: readonly [Fault, ...Fault[]]) {
    super(faults[0].error.message);
    this.faults = faults;
  }
}

/** Formats in which a caller names operators in words of their own. */
const IN_FREE_WORDS: ReadonlySet<FormatId> = new Set(['chain', 'dag']);

/**
 * Reads one architecture down to what the predictor needs.
 *
 * @throws ArchitectureError with the code and the position of the first thing wrong
 */
export function readSubject(format: FormatId, given: unknown): Subject {
  const { graph: written, skeleton } = readArchitecture(format, given);
  const graph = IN_FREE_WORDS.has(format) ? describeGraph(written) : written;
  const cost = costOf(graph, skeleton);
  return { graph: canonicalize(graph), cost, space: format };
}

/** @throws ArchitectureError `operator-unknown` naming the words */
function requireKnownOperators(subject: Subject, scorer: Scorer): Subject {
  const unknown = scorer.unknownOperators(subject.graph);
  if (unknown.length === 0) return subject;
  const words = unknown.map((op) => JSON.stringify(op)).join(', ');
  throw new ArchitectureError('operator-unknown', `expected operators of the operator table, got ${words}`, {
    pointer: '/nodes',
  });
}

function shown({ graph }: Subject): ShownGraph {
  const id = (at: number): string => graph.nodes[at]?.id ?? String(at);
  return {
    nodes: graph.nodes,
    edges: graph.edges.map(({ from, to, count }) => ({ from: id(from), to: id(to), count })),
  };
}

function resultOf(
  index: number,
  subject: Subject,
  prediction: Prediction,
  include: ReadonlySet<Include>,
): ScoreResult {
  const { score, percentile, heads, warnings } = prediction;
  const { params, flops, depth, operators, unknown } = subject.cost;
  const uncosted = unknown.map((op) => `the cost of "${op}" is not known; it is counted as free`);
  return {
    index,
    score,
    percentile,
    ...(include.has('heads') ? { heads } : {}),
    ...(include.has('cost') ? { cost: { params, flops, depth, operators } } : {}),
    ...(include.has('graph') ? { graph: shown(subject) } : {}),
    warnings: include.has('cost') ? [...warnings, ...uncosted] : warnings,
  };
}

/**
 * Scores every architecture of a batch, or none.
 *
 * @throws BatchError when architectures cannot be read or have unknown operators
 */
export async function scoreBatch(
  scorer: Scorer,
  { format, architectures, include = [] }: ScoreBatch,
): Promise<ScoreResult[]> {
  const faults: Fault[] = [];
  const subjects = architectures.flatMap((given, index) => {
    try {
      return [requireKnownOperators(readSubject(format, given), scorer)];
    } catch (error) {
      if (!(error instanceof ArchitectureError)) throw error;
      faults.push({ index, error });
      return [];
    }
  });
  const [first, ...others] = faults;
  if (first !== undefined) throw new BatchError([first, ...others]);
  const predictions = await scorer.score(subjects);
  const parts = new Set(include);
  return subjects.flatMap((subject, index) => {
    const prediction = predictions[index];
    return prediction === undefined ? [] : [resultOf(index, subject, prediction, parts)];
  });
}
