import { INPUT, type OperatorGraph } from '../../src/graph/operator-graph.ts';
import type { OperatorTable } from '../../src/operators/table.ts';
import { encode, quantizeVector, STRUCTURE_FEATURES } from '../../src/predictor/encode.ts';
import type { BenchmarkTable } from '../data/benchmark-table.ts';
import type { TensorTable } from './batch.ts';
import { targetOf } from './heads.ts';

/** Words -> int8 vector, each computed once. */
export function vectorsOf(table: OperatorTable): (op: string) => Int8Array {
  const known = new Map<string, Int8Array>();
  return (op) => {
    const found = known.get(op);
    if (found !== undefined) return found;
    const vector = table.vector64(op);
    if (vector === undefined) throw new RangeError(`the operator table has no "${op}"; run npm run embed`);
    const quantized = quantizeVector(vector);
    known.set(op, quantized);
    return quantized;
  };
}

export interface TensorOptions {
  readonly heads: readonly string[];
  readonly vectorOf: (op: string) => Int8Array;
  /** Whether a head may see a row's target. Rows without any visible target are left out. */
  readonly visible: (head: string, row: number) => boolean;
  /** Default: the canonical graphs. */
  readonly graphs?: readonly OperatorGraph[];
  /** int8 vectors of other wordings of an operator. Default: none. */
  readonly wordingsOf?: (op: string) => readonly Int8Array[];
}

/** A benchmark's rows as tensors, with the row of the table that each came from. */
export function tensorsOf(
  table: Pick<BenchmarkTable, 'space' | 'graphs' | 'columns'>,
  { heads, vectorOf, visible, graphs = table.graphs, wordingsOf = () => [] }: TensorOptions,
): TensorTable & { readonly rowsOf: readonly number[] } {
  const targets = heads.map((head) => targetOf(head, table));
  const seen = (head: number, row: number): number => {
    const value = targets[head]?.[row] ?? Number.NaN;
    return !Number.isNaN(value) && visible(heads[head] ?? '', row) ? value : Number.NaN;
  };
  const rowsOf = [...graphs.keys()].filter((row) => heads.some((_, head) => !Number.isNaN(seen(head, row))));
  const nodes = Math.max(1, ...rowsOf.map((row) => graphs[row]?.nodes.length ?? 0));
  const width = vectorOf(INPUT).length + STRUCTURE_FEATURES.length;
  const features = new Int8Array(rowsOf.length * nodes * width);
  const adjacency = new Uint8Array(rowsOf.length * nodes * nodes);
  const sizes = new Uint8Array(rowsOf.length);
  const out = new Float32Array(rowsOf.length * heads.length);
  const operators = new Uint8Array(rowsOf.length * nodes);
  const words = [...new Set(graphs.flatMap((graph) => graph.nodes.map(({ op }) => op)))];
  const idOf = new Map(words.map((op, id) => [op, id]));
  rowsOf.forEach((row, i) => {
    const graph = graphs[row];
    if (graph === undefined) return;
    const encoded = encode(graph, vectorOf);
    const n = encoded.nodes;
    sizes[i] = n;
    operators.set(
      graph.nodes.map(({ op }) => idOf.get(op) ?? 0),
      i * nodes,
    );
    features.set(encoded.features, i * nodes * width);
    for (let to = 0; to < n; to++) {
      adjacency.set(encoded.adjacency.subarray(to * n, (to + 1) * n), (i * nodes + to) * nodes);
    }
    heads.forEach((_, head) => {
      out[i * heads.length + head] = seen(head, row);
    });
  });
  return {
    space: table.space,
    rows: rowsOf.length,
    nodes,
    features,
    adjacency,
    sizes,
    targets: out,
    operators,
    wordings: words.map(wordingsOf),
    rowsOf,
  };
}
