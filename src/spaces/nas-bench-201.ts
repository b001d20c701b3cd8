import {
  NAS_BENCH_201_EDGES,
  NAS_BENCH_201_OPERATORS,
  type NasBench201Cell,
  type NasBench201Operator,
  nasBench201,
} from '../formats/nas-bench-201.ts';
import { edgeCellGraph } from './edge-cell.ts';
import type { Genome, Space, Subspace } from './space.ts';

const OPERATORS = Object.keys(NAS_BENCH_201_OPERATORS) as NasBench201Operator[];
const WORDS = Object.values(NAS_BENCH_201_OPERATORS);

const cellOf = (genome: Genome): NasBench201Cell => genome.map((choice) => OPERATORS[choice] ?? 'none');

/** Six edges, five operators: 15,625 cells (Dong & Yang, ICLR 2020). */
export const nasBench201Space: Space = {
  id: 'nas-bench-201',
  title: nasBench201.title,
  format: nasBench201.id,
  slots: NAS_BENCH_201_EDGES.map(([from, to]) => ({ name: `edge ${from}-${to}`, choices: WORDS })),
  network(genome) {
    const cell = cellOf(genome);
    return { graph: nasBench201.graph(cell), skeleton: nasBench201.skeleton(cell) };
  },
  print: (genome) => nasBench201.print(cellOf(genome)),
  read: (given) => nasBench201.parse(given).map((operator) => OPERATORS.indexOf(operator)),
  supernet: (open: Subspace) => ({
    graph: edgeCellGraph(
      NAS_BENCH_201_EDGES.map(([from, to], slot) => ({
        from: `${from}`,
        to: `${to}`,
        operators: (open[slot] ?? []).map((choice) => ({
          id: `${from}-${to}-${choice}`,
          op: WORDS[choice] ?? 'none',
        })),
      })),
      '0',
      '3',
    ),
    skeleton: nasBench201.skeleton([]),
  }),
};
