import { FOUR_STATE_EDGES } from '../formats/four-state-cell.ts';
import { NAS_BENCH_201_OPERATORS, type NasBench201Operator, nasBench201 } from '../formats/nas-bench-201.ts';
import { edgeCellSupernet } from './edge-cell.ts';
import type { Genome, Network, Space } from './space.ts';

const OPERATORS = Object.keys(NAS_BENCH_201_OPERATORS) as NasBench201Operator[];
const WORDS = Object.values(NAS_BENCH_201_OPERATORS);

const cellOf = (genome: Genome) => genome.map((choice) => OPERATORS[choice] ?? 'none');

function network(genome: Genome): Network {
  const cell = cellOf(genome);
  return { graph: nasBench201.graph(cell), skeleton: nasBench201.skeleton(cell) };
}

/** Six edges, five operators: 15,625 cells (Dong & Yang, ICLR 2020). */
export const nasBench201Space: Space = {
  id: nasBench201.id,
  title: nasBench201.title,
  format: nasBench201.id,
  slots: FOUR_STATE_EDGES.map(([from, to]) => ({ name: `edge ${from}-${to}`, choices: WORDS })),
  operators: WORDS,
  // Counted over all cells by canonical key: dead branches and identities leave fewer than the paper's 6,466.
  distinct: 5_425,
  network,
  print: (genome) => nasBench201.print(cellOf(genome)),
  read: (given) => nasBench201.parse(given).map((operator) => OPERATORS.indexOf(operator)),
  supernet: (open) =>
    edgeCellSupernet(FOUR_STATE_EDGES, open, (choice) => network(FOUR_STATE_EDGES.map(() => choice))),
};
