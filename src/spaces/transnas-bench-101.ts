import { FOUR_STATE_EDGES } from '../formats/four-state-cell.ts';
import { TRANSNAS_OPERATORS, transNasBench101 } from '../formats/transnas-bench-101.ts';
import { ArchitectureError } from '../graph/architecture-error.ts';
import { edgeCellSupernet } from './edge-cell.ts';
import type { Genome, Network, Space } from './space.ts';

/** The macro structure that all cells of the micro space share. */
const MACRO = { channels: 64, modules: [4, 1, 4, 1, 4] };

function network(genome: Genome): Network {
  const architecture = { ...MACRO, cell: genome };
  return {
    graph: transNasBench101.graph(architecture),
    skeleton: transNasBench101.skeleton(architecture),
  };
}

/** The micro space of TransNAS-Bench-101 (Duan et al., CVPR 2021): six edges, four operators, 4,096 cells. */
export const transNasBench101Space: Space = {
  id: transNasBench101.id,
  title: `${transNasBench101.title}, micro`,
  format: transNasBench101.id,
  slots: FOUR_STATE_EDGES.map(([from, to]) => ({ name: `edge ${from}-${to}`, choices: TRANSNAS_OPERATORS })),
  operators: TRANSNAS_OPERATORS,
  network,
  print: (genome) => transNasBench101.print({ ...MACRO, cell: genome }),
  read(given) {
    const { channels, modules, cell } = transNasBench101.parse(given);
    if (channels !== MACRO.channels || modules.join('') !== MACRO.modules.join('') || cell === 'basic') {
      throw new ArchitectureError(
        'architecture-not-in-space',
        `a network of the space is written ${MACRO.channels}-${MACRO.modules.join('')}- and its cell`,
      );
    }
    return cell;
  },
  supernet: (open) =>
    edgeCellSupernet(FOUR_STATE_EDGES, open, (choice) => network(FOUR_STATE_EDGES.map(() => choice))),
};
