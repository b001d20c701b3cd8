/** Canonical graphs in, scores out: the one door to the predictor. */
import type { FormatId } from '../formats/format.ts';
import { canonicalKey } from '../graph/canonicalize.ts';
import type { Size } from '../graph/cost.ts';
import type { OperatorGraph } from '../graph/operator-graph.ts';
import type { OperatorTable } from '../operators/table.ts';
import { encode, quantizeVector } from './encode.ts';
import type { Gcn, OpenGcn } from './gcn.ts';
import { LogitCache } from './logit-cache.ts';
import type { AccuracyCurve, ModelCard } from './model-card.ts';
import { kinOf, operatorTable } from './operator-table.ts';
import { judge, packedSize, type ScoringRule, unpackRule, votesByCost } from './scoring-rule.ts';

/** The reference distributions of every space, one packed rule after the other. */
export const REFERENCE_FILE = 'reference.bin';

/** An architecture as the predictor sees it. */
export interface Subject {
  /** The canonical graph. */
  readonly graph: OperatorGraph;
  /** The format it was written in, which tells the space it belongs to. */
  readonly space: FormatId;
  /**
   * Of the canonical graph's network, where {@link Scorer.votesByCost} asks for it. Left out where the cost of an
   * operator is not known: costs then have no vote.
   */
  readonly size?: Size;
}

export const DETAILS = ['heads', 'expected'] as const;
/** Parts of a prediction that not everybody needs. */
export type Detail = (typeof DETAILS)[number];

export interface Prediction {
  /** In (0, 1), higher is better; comparable between architectures of one space. */
  readonly score: number;
  /** 0..100: the share of the space's architectures expected to score lower. */
  readonly percentile: number;
  /** Every head's percentile in the space, in (0, 1), by name. High latency heads are slow. */
  readonly heads?: Readonly<Record<string, number>>;
  /** Accuracy in percent to be expected on the space's datasets, where there are labels to tell. */
  readonly expected?: Readonly<Record<string, number>>;
  readonly warnings: readonly string[];
}

export interface ModelIdentity {
  readonly id: string;
  readonly version: string;
  readonly sha256: string;
}

export interface Scorer {
  readonly model: ModelIdentity;
  /** Names of the heads. */
  readonly heads: readonly string[];
  /**
   * One prediction a subject, in order; each is the same in any batch.
   *
   * @param vectors float32 [64] by words, for all operators that `unknownOperators` names
   * @param details what is told besides the score; both by default
   */
  score(
    subjects: readonly Subject[],
    vectors?: ReadonlyMap<string, Float32Array>,
    details?: readonly Detail[],
  ): Promise<Prediction[]>;
  /** Whether scores in a space depend on what its networks cost. */
  votesByCost(space: FormatId): boolean;
  /** Operators of the graph that no vector is known for. */
  unknownOperators(graph: OperatorGraph): string[];
  /** What percentiles in a space are against; nothing where the model has no reference for it. */
  reference(space: FormatId): Reference | undefined;
}

/** The architectures that a percentile is against. */
export interface Reference {
  /** Which they are, in words. */
  readonly of: string;
  /** Quantiles of their scores at (i + 0.5) / 129, ascending. */
  readonly scores: readonly number[];
}

/** Contents of `models/`, by file name. */
export interface Artefacts {
  readonly documents: Readonly<Record<string, unknown>>;
  readonly binaries: Readonly<Record<string, Uint8Array>>;
}

const noVectors: ReadonlyMap<string, Float32Array> = new Map();

/** int8 vectors of the words that graphs name: the table's by heart, a caller's as they come. */
class Vocabulary {
  private readonly known = new Map<string, Int8Array>();
  private readonly table: OperatorTable;

  constructor(table: OperatorTable) {
    this.table = table;
  }

  /** @throws RangeError for words that neither the table nor the caller has a vector for */
  vectorOf(op: string, given: ReadonlyMap<string, Float32Array>): Int8Array {
    const known = this.known.get(op);
    if (known !== undefined) return known;
    const own = this.table.vector64(op);
    if (own !== undefined) {
      const quantized = quantizeVector(own);
      this.known.set(op, quantized);
      return quantized;
    }
    const vector = given.get(op);
    if (vector === undefined) throw new RangeError(`no vector for the operator "${op}"`);
    return quantizeVector(vector);
  }
}

/** The accuracy that a curve expects at a percentile in (0, 1): linear between its knots. */
export function expectedAccuracy({ percentiles, accuracies }: AccuracyCurve, percentile: number): number {
  const after = percentiles.findIndex((knot) => knot > percentile);
  if (after === 0) return accuracies[0] ?? Number.NaN;
  const last = percentiles.length - 1;
  if (after < 0) return accuracies[last] ?? Number.NaN;
  const [left = 0, right = 1] = [percentiles[after - 1], percentiles[after]];
  const [low = 0, high = 0] = [accuracies[after - 1], accuracies[after]];
  return low + ((high - low) * (percentile - left)) / (right - left);
}

/** Float32 numbers of a little-endian file, whatever its offset in memory. */
function float32(bytes: Uint8Array): Float32Array {
  return new Float32Array(bytes.slice().buffer);
}

function binary(artefacts: Artefacts, name: string): Uint8Array {
  const bytes = artefacts.binaries[name];
  if (bytes === undefined) throw new Error(`models/${name} is missing: run npm run train`);
  return bytes;
}

/** A scorer of the shipped model. Its network is opened at the first call. */
export function createScorer(artefacts: Artefacts, openGcn: OpenGcn): Scorer {
  const table = operatorTable(artefacts);
  const card = artefacts.documents['manifest.json'] as ModelCard | undefined;
  if (card === undefined) throw new Error('models/manifest.json is missing: run npm run train');
  const packed = float32(binary(artefacts, REFERENCE_FILE));
  const rowSize = packedSize(card.heads.length);
  const rules = new Map<string, ScoringRule>();
  for (const [space, { votes, row }] of Object.entries(card.spaces)) {
    rules.set(
      space,
      unpackRule(votes, card.heads.length, packed.subarray(row * rowSize, (row + 1) * rowSize)),
    );
  }
  const curves = new Map(
    Object.entries(card.expected).map(([space, byDataset]) => [space, Object.entries(byDataset)]),
  );
  let findKin: ReturnType<typeof kinOf> | undefined;
  let gcn: Gcn | undefined;
  const network = (): Gcn => {
    gcn ??= openGcn(binary(artefacts, card.network), card.heads.length);
    return gcn;
  };
  return scorerOf({
    model: { id: card.id, version: card.version, sha256: card.files[card.network] ?? '' },
    heads: card.heads,
    table,
    kinOf: (vector) => {
      findKin ??= kinOf(artefacts, table);
      return findKin(vector);
    },
    network,
    ruleOf: (space) => rules.get(space) ?? rules.get('dag'),
    curvesOf: (space) => curves.get(space) ?? [],
    referenceOf: (space) => (card.spaces[space] ?? card.spaces.dag)?.of ?? '',
  });
}

/** What a scorer is made of. */
export interface ScorerParts {
  readonly model: ModelIdentity;
  readonly heads: readonly string[];
  readonly table: OperatorTable;
  /** The known operator that a vector [64] of unheard-of words means. */
  readonly kinOf: (vector: ArrayLike<number>) => string;
  readonly network: () => Gcn;
  readonly ruleOf: (space: FormatId) => ScoringRule | undefined;
  /** By dataset. */
  readonly curvesOf: (space: FormatId) => Iterable<readonly [string, AccuracyCurve]>;
  /** In words, what the percentile is against. */
  readonly referenceOf: (space: FormatId) => string;
}

export function scorerOf(parts: ScorerParts): Scorer {
  const { heads, table } = parts;
  const vocabulary = new Vocabulary(table);
  const cache = new LogitCache();

  async function compute(
    graphs: readonly OperatorGraph[],
    vectors: ReadonlyMap<string, Float32Array>,
  ): Promise<Float32Array[]> {
    const unheard = [...vectors].filter(([op]) => !table.has(op));
    const kin = new Map(unheard.map(([op, vector]) => [op, parts.kinOf(vector)]));
    const encoded = graphs.map((graph) =>
      encode(
        graph,
        (op) => vocabulary.vectorOf(op, vectors),
        (op) => kin.get(op) ?? op,
      ),
    );
    const logits = await parts.network().logits(encoded);
    return graphs.map((_, i) => logits.slice(i * heads.length, (i + 1) * heads.length));
  }

  /** Every graph's logits; a network that was met lately, or stands twice in the batch, is computed once. */
  async function recall(graphs: readonly OperatorGraph[]): Promise<Float32Array[]> {
    const keys = graphs.map(canonicalKey);
    const known = new Map<string, Float32Array>();
    const fresh = new Map<string, OperatorGraph>();
    graphs.forEach((graph, i) => {
      const key = keys[i] ?? '';
      if (known.has(key) || fresh.has(key)) return;
      const logits = cache.get(key);
      if (logits === undefined) fresh.set(key, graph);
      else known.set(key, logits);
    });
    if (fresh.size > 0) {
      const computed = await compute([...fresh.values()], noVectors);
      [...fresh.keys()].forEach((key, i) => {
        const logits = computed[i] ?? new Float32Array();
        known.set(key, logits);
        cache.set(key, logits);
      });
    }
    return keys.map((key) => known.get(key) ?? new Float32Array());
  }

  return {
    model: parts.model,
    heads,
    reference: (space) => {
      const rule = parts.ruleOf(space);
      return rule && { of: parts.referenceOf(space), scores: [...rule.scores.toQuantiles()] };
    },
    votesByCost: (space) => votesByCost(parts.ruleOf(space)?.votes ?? {}),
    unknownOperators: ({ nodes }) => [...new Set(nodes.map(({ op }) => op))].filter((op) => !table.has(op)),
    async score(subjects, vectors = noVectors, details = DETAILS) {
      const graphs = subjects.map(({ graph }) => graph);
      // Whose words have vectors of the caller's own are nobody else's.
      const logits = await (vectors.size === 0 ? recall(graphs) : compute(graphs, vectors));
      return subjects.map(({ graph, space, size }, i): Prediction => {
        const rule = parts.ruleOf(space);
        if (rule === undefined) throw new RangeError(`the model has no reference for the space ${space}`);
        const own = logits[i] ?? new Float32Array();
        const told: { -readonly [Key in keyof Prediction]: Prediction[Key] } = {
          ...judge(rule, heads, own, size),
          warnings: warningsOf(graph, space, parts),
        };
        const percentile = (head: number): number => rule.heads[head]?.percentile(own[head] ?? 0) ?? 0.5;
        if (details.includes('heads')) {
          told.heads = Object.fromEntries(heads.map((name, head) => [name, percentile(head)]));
        }
        if (details.includes('expected')) {
          const accuracies = [...parts.curvesOf(space)].map(([dataset, curve]) => [
            dataset,
            expectedAccuracy(curve, percentile(heads.indexOf(curve.head))),
          ]);
          told.expected = Object.fromEntries(accuracies);
        }
        return told;
      });
    },
  };
}

function warningsOf(graph: OperatorGraph, space: FormatId, parts: ScorerParts): string[] {
  const warnings: string[] = [];
  if (graph.edges.length === 0) warnings.push('no path leads from the input to the output');
  if (space === 'dag' || space === 'onnx')
    warnings.push(`the percentile is against ${parts.referenceOf(space)}`);
  return warnings;
}
