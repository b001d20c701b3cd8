/** What is scored: the cells of NAS-Bench-201, and graphs of any size. */
import { canonicalize } from '../../src/graph/canonicalize.ts';
import type { OperatorTable } from '../../src/operators/table.ts';
import {
  type EncodedGraph,
  encode,
  NODE_FEATURES,
  quantizeVector,
  VECTOR_SIZE,
} from '../../src/predictor/encode.ts';
import { architectureCandidate } from '../../src/spaces/candidate.ts';
import { nasBench101Space } from '../../src/spaces/nas-bench-101.ts';
import { nasBench201Space } from '../../src/spaces/nas-bench-201.ts';
import { seededRandom } from '../../src/spaces/random.ts';
import { enumerate, sample } from '../../src/spaces/variation.ts';

/** All 15,625 cells as their benchmark writes them. */
export const cellTexts = (): string[] =>
  [...enumerate(nasBench201Space)].map((genome) => nasBench201Space.print(genome));

/** Networks among the 15,625 cells: many cells are one network. */
export const distinctNetworks = (): number =>
  new Set(
    [...enumerate(nasBench201Space)].map((genome) => architectureCandidate(nasBench201Space, genome).key),
  ).size;

/** So many different cells of NAS-Bench-101, as a caller writes them. */
export function sampledTexts(count: number): string[] {
  const random = seededRandom(1);
  const texts = new Set<string>();
  while (texts.size < count) {
    const genome = sample(nasBench101Space, random);
    if (genome !== undefined) texts.add(nasBench101Space.print(genome));
  }
  return [...texts];
}

/** All 15,625 cells as the network reads them. */
export function encodedCells(table: OperatorTable): EncodedGraph[] {
  const vectors = new Map(
    table.operators.map(({ op }) => [op, quantizeVector(table.vector64(op) ?? new Float32Array())]),
  );
  const vectorOf = (op: string): Int8Array => vectors.get(op) ?? new Int8Array(VECTOR_SIZE);
  return [...enumerate(nasBench201Space)].map((genome) =>
    encode(canonicalize(nasBench201Space.network(genome).graph), vectorOf),
  );
}

/** A graph of so many nodes, each fed by the `reach` nodes before it. Its vectors repeat a few patterns. */
export function bandGraph(nodes: number, reach: number): EncodedGraph & { readonly edges: number } {
  const features = Int8Array.from({ length: nodes * NODE_FEATURES }, (_, i) => ((i % 217) * 37) % 128);
  const adjacency = new Uint8Array(nodes * nodes);
  let edges = 0;
  for (let to = 0; to < nodes; to++) {
    for (let from = Math.max(0, to - reach); from < to; from++) {
      adjacency[to * nodes + from] = 1;
      edges += 1;
    }
  }
  return { nodes, features, adjacency, edges };
}
