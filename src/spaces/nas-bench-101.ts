import {
  NAS_BENCH_101_MAX_EDGES,
  NAS_BENCH_101_MAX_VERTICES,
  NAS_BENCH_101_OPERATORS,
  type NasBench101Cell,
  type NasBench101Operator,
  nasBench101,
} from '../formats/nas-bench-101.ts';
import { ArchitectureError } from '../graph/architecture-error.ts';
import type { Skeleton } from '../graph/cost.ts';
import { graphOf } from '../graph/operator-graph.ts';
import type { Genome, Network, Space, Subspace } from './space.ts';

const OPERATORS = Object.keys(NAS_BENCH_101_OPERATORS) as NasBench101Operator[];
const WORDS = Object.values(NAS_BENCH_101_OPERATORS);

/** Unique cells of at most so many vertices (Ying et al., ICML 2019, count 423,624 in all). */
const DISTINCT: Readonly<Record<number, number>> = { 2: 1, 3: 7, 4: 91, 5: 2_532, 6: 64_542, 7: 423_624 };

/** A cell without a path from input to output lacks more than any cell with too many edges has too much. */
const DISCONNECTED = 100;

/**
 * NAS-Bench-101's cells of at most `vertices` vertices and nine edges. Slots are the bits above the diagonal, row
 * by row, then the operators of the inner vertices; vertices on no path from input to output are left out of the
 * cell, so that a genome of seven slots for vertices also writes the smaller cells. 2^21 x 3^5 genomes, about
 * 510 million, most of which write a cell that others write too, or none.
 */
export function nasBench101CellSpace(vertices: number): Space {
  const last = vertices - 1;
  const pairs = Array.from({ length: vertices }, (_, from) =>
    Array.from({ length: last - from }, (_, k) => [from, from + 1 + k] as const),
  ).flat();
  const noOperators = Array.from({ length: vertices - 2 }, () => 0);
  const operatorSlot = (vertex: number): number => pairs.length + vertex - 1;

  /** The rows of the adjacency matrix of the vertices on a path from input to output, and which those are. */
  const connected = (genome: Genome): { matrix: number[][]; kept: number[] } => {
    const reached = Array.from({ length: vertices }, (_, v) => v === 0);
    const reaching = Array.from({ length: vertices }, (_, v) => v === last);
    const edges = pairs.filter((_, slot) => genome[slot] === 1);
    // Pairs ascend by their first vertex, so that one pass in each direction settles both.
    for (const [from, to] of edges) if (reached[from]) reached[to] = true;
    for (const [from, to] of edges.toReversed()) if (reaching[to]) reaching[from] = true;
    const kept = reached.flatMap((yes, v) => (yes && reaching[v] ? [v] : []));
    const matrix = kept.map((from) =>
      kept.map((to) => (edges.some(([a, b]) => a === from && b === to) ? 1 : 0)),
    );
    return { matrix, kept };
  };

  const cellOf = (genome: Genome): NasBench101Cell => {
    const { matrix, kept } = connected(genome);
    const operators = kept.slice(1, -1).flatMap((v) => OPERATORS[genome[operatorSlot(v)] ?? 0] ?? []);
    return { matrix, operators };
  };

  /** The slots of the edges and operators of cells of `size` vertices: the first ones and the output. */
  const slotsOf = (size: number): { edges: number[]; operators: number[] } => {
    const used = (vertex: number): boolean => vertex < size - 1 || vertex === last;
    return {
      edges: pairs.flatMap(([from, to], slot) => (used(from) && used(to) ? [slot] : [])),
      operators: Array.from({ length: size - 2 }, (_, k) => operatorSlot(k + 1)),
    };
  };

  /** Smaller cells first; of a size, the operators are counted up for one set of edges after the other. */
  const next = (genome: Genome): Genome | undefined => {
    const own = connected(genome).kept.length;
    for (let size = own, after = [...genome]; size <= vertices; size++) {
      const { edges, operators } = slotsOf(size);
      let moved = size === own && countUp(after, operators, OPERATORS.length);
      while (!moved && countUp(after, edges, 2)) {
        const { matrix, kept } = connected(after);
        const count = matrix.flat().filter((bit) => bit === 1).length;
        // Cells with vertices that do nothing have been met among the smaller ones.
        moved = kept.length === size && count <= NAS_BENCH_101_MAX_EDGES;
      }
      if (moved) return after;
      after = genome.map(() => 0);
    }
    return undefined;
  };

  return {
    id: vertices === NAS_BENCH_101_MAX_VERTICES ? 'nas-bench-101' : `nas-bench-101-${vertices}`,
    title: nasBench101.title,
    format: nasBench101.id,
    ...(DISTINCT[vertices] === undefined ? {} : { distinct: DISTINCT[vertices] }),
    operators: WORDS,
    slots: [
      ...pairs.map(([from, to]) => ({ name: `edge ${from}-${to}`, choices: ['absent', 'present'] })),
      ...Array.from({ length: vertices - 2 }, (_, k) => ({ name: `vertex ${k + 1}`, choices: WORDS })),
    ],
    violation(genome) {
      const { matrix } = connected(genome);
      if (matrix.length === 0) return DISCONNECTED;
      const edges = matrix.flat().filter((bit) => bit === 1).length;
      return Math.max(0, edges - NAS_BENCH_101_MAX_EDGES);
    },
    order: {
      first: [...pairs.map(([from, to]) => (from === 0 && to === last ? 1 : 0)), ...noOperators],
      next,
    },
    network(genome) {
      const cell = cellOf(genome);
      return { graph: nasBench101.graph(cell), skeleton: nasBench101.skeleton(cell) };
    },
    print: (genome) => nasBench101.print(cellOf(genome)),
    read(given) {
      const { matrix, operators } = nasBench101.parse(given);
      const end = matrix.length - 1;
      if (end > last) {
        throw new ArchitectureError(
          'architecture-not-in-space',
          `the space has cells of at most ${vertices} vertices, got ${matrix.length}`,
        );
      }
      // A smaller cell keeps its inner vertices and leaves those between them and the output unconnected.
      const at = (vertex: number): number => (vertex === last ? end : vertex < end ? vertex : -1);
      const genome = [
        ...pairs.map(([from, to]) => matrix[at(from)]?.[at(to)] ?? 0),
        ...Array.from({ length: vertices - 2 }, (_, k) =>
          Math.max(0, OPERATORS.indexOf(operators[k] ?? 'conv1x1-bn-relu')),
        ),
      ];
      if (connected(genome).matrix.length === 0) {
        throw new ArchitectureError(
          'architecture-not-in-space',
          'a cell of the space has a path from its input to its output, this one has none',
        );
      }
      return genome;
    },
    supernet: (open: Subspace) => supernet(open, pairs, vertices, operatorSlot),
  };
}

/** Counts the given slots up by one, the first the fastest; false when they start again from 0. */
function countUp(genome: number[], slots: readonly number[], choices: number): boolean {
  for (const slot of slots) {
    const choice = ((genome[slot] ?? 0) + 1) % choices;
    genome[slot] = choice;
    if (choice > 0) return true;
  }
  return false;
}

/** Every vertex is there once for each of its open operators; every edge that may be there is. */
function supernet(
  open: Subspace,
  pairs: readonly (readonly [number, number])[],
  vertices: number,
  operatorSlot: (vertex: number) => number,
): Network {
  const matrix = Array.from({ length: vertices }, (_, from) =>
    Array.from({ length: vertices }, (_, to) => {
      const slot = pairs.findIndex(([a, b]) => a === from && b === to);
      return open[slot]?.includes(1) ? 1 : 0;
    }),
  );
  const cell: NasBench101Cell = {
    matrix,
    operators: Array.from({ length: vertices - 2 }, () => 'conv1x1-bn-relu' as const),
  };
  const single = nasBench101.graph(cell);
  const copies = single.nodes.map((node, vertex) =>
    vertex === 0 || vertex === vertices - 1
      ? [node]
      : (open[operatorSlot(vertex)] ?? []).map((choice) => ({
          ...node,
          id: `${vertex}-${choice}`,
          op: WORDS[choice] ?? 'none',
        })),
  );
  const vertexOf = copies.flatMap((nodes, vertex) => nodes.map(() => vertex));
  const graph = graphOf(
    copies.flat(),
    single.edges.flatMap(({ from, to }) =>
      (copies[from] ?? []).flatMap((a) => (copies[to] ?? []).map((b) => [a.id, b.id] as const)),
    ),
  );
  const { spread, ...rest } = nasBench101.skeleton(cell);
  const skeleton: Skeleton =
    spread === undefined
      ? rest
      : {
          ...rest,
          spread: (_, channelsIn, channels, side) => {
            const vertex = spread(single, channelsIn, channels, side);
            return {
              ...vertex,
              channelsIn: vertexOf.map((v) => vertex.channelsIn[v] ?? 0),
              channelsOut: vertexOf.map((v) => vertex.channelsOut[v] ?? 0),
            };
          },
        };
  return { graph, skeleton };
}

export const nasBench101Space: Space = nasBench101CellSpace(NAS_BENCH_101_MAX_VERTICES);
