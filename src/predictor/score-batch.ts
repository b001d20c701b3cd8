/** Architectures as callers write them in, results out: what the API and the command line have in common. */
import type { FormatId } from '../formats/format.ts';
import { readArchitecture } from '../formats/registry.ts';
import { ArchitectureError } from '../graph/architecture-error.ts';
import { canonicalize } from '../graph/canonicalize.ts';
import { type Cost, costOf, type Skeleton, sizeOf } from '../graph/cost.ts';
import { INPUT, type OperatorGraph, type OperatorNode, OUTPUT } from '../graph/operator-graph.ts';
import { FAR, type Meaning } from '../operators/lexicon.ts';
import { describeGraph } from './describe-graph.ts';
import { DETAILS, type Prediction, type Scorer, type Subject } from './scorer.ts';

export const INCLUDES = ['heads', 'expected', 'cost', 'graph', 'operators'] as const;
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

/** How the name of an operator was understood. */
export interface UnderstoodOperator {
  /** As the caller wrote it. */
  readonly given: string;
  /** In canonical words, or the caller's own where there are none. */
  readonly understood: string;
  readonly source: Meaning['source'];
  /** The most similar operators of the table, nearest first. */
  readonly nearest: Meaning['nearest'];
}

/** The meanings of canonical words, by word: `Lexicon.lookUp` for one account. */
export type LookUp = (words: Iterable<string>) => Promise<ReadonlyMap<string, Meaning>>;

export interface ScoreResult {
  /** Place of the architecture in the batch, from 0. */
  readonly index: number;
  readonly score: number;
  readonly percentile: number;
  readonly heads?: Prediction['heads'];
  readonly expected?: Prediction['expected'];
  readonly cost?: Omit<Cost, 'unknown'>;
  readonly graph?: ShownGraph;
  readonly operators?: readonly UnderstoodOperator[];
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

/** An architecture as it was written and as it is scored. */
interface Reading {
  readonly written: OperatorGraph;
  /** The same nodes in canonical words. */
  readonly described: OperatorGraph;
  readonly subject: Subject;
  readonly skeleton: Skeleton;
}

/** @param byCost whether costs have a vote; counting takes as long as half a canonicalisation */
function readingOf(format: FormatId, given: unknown, byCost: boolean): Reading {
  const { graph: written, skeleton } = readArchitecture(format, given);
  const described = IN_FREE_WORDS.has(format) ? describeGraph(written) : written;
  const graph = canonicalize(described);
  const size = byCost ? sizeOf(graph, skeleton) : undefined;
  return { written, described, subject: { graph, space: format, ...(size && { size }) }, skeleton };
}

/**
 * Reads one architecture down to what the predictor needs.
 *
 * @throws ArchitectureError with the code and the position of the first thing wrong
 */
export const readSubject = (format: FormatId, given: unknown): Subject =>
  readingOf(format, given, true).subject;

/** Words to look up: those without a vector of their own and, to be shown, all that reach the predictor. */
function wordsOf({ described, subject }: Reading, scorer: Scorer, toBeShown: boolean): string[] {
  const unknown = scorer.unknownOperators(subject.graph);
  if (!toBeShown) return unknown;
  // Unknown words on a dead end change nothing, so the encoder is not troubled with them.
  const unheard = new Set(scorer.unknownOperators(described));
  return [...unknown, ...described.nodes.flatMap(({ op }) => (unheard.has(op) ? [] : [op]))];
}

const rounded = (cosine: number): number => Math.round(1e4 * cosine) / 1e4;

/** How canonical words were understood. */
export function understanding(
  given: string,
  understood: string,
  { source, nearest }: Meaning,
): UnderstoodOperator {
  return {
    given,
    understood,
    source,
    nearest: nearest.map(({ op, cosine }) => ({ op, cosine: rounded(cosine) })),
  };
}

function understoodOperators(
  { written, described }: Reading,
  meanings: ReadonlyMap<string, Meaning>,
): UnderstoodOperator[] {
  const understood = new Map<string, UnderstoodOperator>();
  described.nodes.forEach(({ op }, i) => {
    const given = written.nodes[i]?.op ?? op;
    const meaning = meanings.get(op);
    if (meaning === undefined || op === INPUT || op === OUTPUT) return;
    understood.set(given, understanding(given, op, meaning));
  });
  return [...understood.values()];
}

/** Warnings of words that no operator of the table is like. */
function farFetched(words: readonly string[], meanings: ReadonlyMap<string, Meaning>): string[] {
  return words.flatMap((op) => {
    const [nearest] = meanings.get(op)?.nearest ?? [];
    if (nearest === undefined || nearest.cosine >= FAR) return [];
    const kin = `"${nearest.op}", at a cosine of ${nearest.cosine.toFixed(2)}`;
    return [`"${op}" is like no operator that the model knows: the nearest is ${kin}`];
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
  reading: Reading,
  prediction: Prediction,
  include: ReadonlySet<Include>,
  meanings: ReadonlyMap<string, Meaning>,
): ScoreResult {
  const { described, skeleton, subject } = reading;
  const { score, percentile, heads, expected, warnings } = prediction;
  // Counting takes as long as half a canonicalisation, so it waits to be asked for.
  const { unknown = [], ...cost } = include.has('cost') ? costOf(described, skeleton) : {};
  const uncosted = unknown.map((op) => `the cost of "${op}" is not known; it is counted as free`);
  return {
    index,
    score,
    percentile,
    ...(heads && { heads }),
    ...(expected && { expected }),
    ...('params' in cost ? { cost } : {}),
    ...(include.has('graph') ? { graph: shown(subject) } : {}),
    ...(include.has('operators') ? { operators: understoodOperators(reading, meanings) } : {}),
    warnings: [...warnings, ...uncosted],
  };
}

/**
 * Scores every architecture of a batch, or none.
 *
 * @param lookUp gives operators a meaning that the scorer has no vector for
 * @throws BatchError when architectures cannot be read
 * @throws NewWordsRefused from `lookUp`
 */
export async function scoreBatch(
  scorer: Scorer,
  { format, architectures, include = [] }: ScoreBatch,
  lookUp: LookUp,
): Promise<ScoreResult[]> {
  const faults: Fault[] = [];
  const byCost = scorer.votesByCost(format);
  const readings = architectures.flatMap((given, index) => {
    try {
      return [readingOf(format, given, byCost)];
    } catch (error) {
      if (!(error instanceof ArchitectureError)) throw error;
      faults.push({ index, error });
      return [];
    }
  });
  const [first, ...others] = faults;
  if (first !== undefined) throw new BatchError([first, ...others]);
  const parts = new Set(include);
  const words = new Set(readings.flatMap((reading) => wordsOf(reading, scorer, parts.has('operators'))));
  const meanings = words.size === 0 ? new Map<string, Meaning>() : await lookUp(words);
  const vectors = new Map([...meanings].map(([op, { vector }]) => [op, vector]));
  const subjects = readings.map(({ subject }) => subject);
  const details = DETAILS.filter((detail) => parts.has(detail));
  const predictions = await scorer.score(subjects, vectors, details);
  return readings.flatMap((reading, index) => {
    const prediction = predictions[index];
    if (prediction === undefined) return [];
    const far = words.size === 0 ? [] : farFetched(scorer.unknownOperators(reading.subject.graph), meanings);
    const warned = { ...prediction, warnings: [...prediction.warnings, ...far] };
    return [resultOf(index, reading, warned, parts, meanings)];
  });
}
