import { type Dag, dag } from '../formats/dag.ts';
import { ArchitectureError } from '../graph/architecture-error.ts';
import { MAX_NODES } from '../graph/operator-graph.ts';
import { edgeCellGraph } from './edge-cell.ts';
import type { Genome, Network, Space, Subspace } from './space.ts';

/** A slot of a cell: an operator between two states, and what it may be. */
export interface CellSlot {
  /** A state's name; `in` is the cell's input. */
  readonly from: string;
  /** A state's name; `out` is the cell's output. Whatever leads to a state is summed there. */
  readonly to: string;
  /** Operators in canonical words. */
  readonly choices: readonly string[];
}

export interface CellSpaceDefinition {
  readonly id: string;
  readonly title: string;
  readonly edges: readonly CellSlot[];
  /** Width and resolution of the cell's input, and how many cells are stacked: what costs are counted for. */
  readonly network: Dag['network'];
}

export const CELL_INPUT = 'in';
export const CELL_OUTPUT = 'out';

const slotName = ({ from, to }: CellSlot): string => `${from}-${to}`;

/** A space of cells with one operator on every edge between named states. Its format is the free graph. */
export function cellSpace({ id, title, edges, network }: CellSpaceDefinition): Space {
  const graphWith = (open: Subspace) =>
    edgeCellGraph(
      edges.map((edge, slot) => ({
        from: edge.from,
        to: edge.to,
        operators: (open[slot] ?? []).map((choice, _, { length }) => ({
          id: length === 1 ? slotName(edge) : `${slotName(edge)}-${choice}`,
          op: edge.choices[choice] ?? '',
        })),
      })),
      CELL_INPUT,
      CELL_OUTPUT,
    );
  const networkWith = (open: Subspace): Network => ({
    graph: graphWith(open),
    skeleton: dag.skeleton({ nodes: [], edges: [], network }),
  });
  const single = (genome: Genome): Subspace => genome.map((choice) => [choice]);
  const print = (genome: Genome): string => {
    const graph = graphWith(single(genome));
    const idOf = (at: number): string =>
      at === 0 ? CELL_INPUT : at === edges.length + 1 ? CELL_OUTPUT : (graph.nodes[at]?.id ?? '');
    return dag.print({
      nodes: graph.nodes.slice(1, -1),
      edges: graph.edges.map(({ from, to }) => [idOf(from), idOf(to)] as const),
      network,
    });
  };
  const choices = edges.reduce((sum, edge) => sum + edge.choices.length, 2);
  return {
    id,
    title,
    format: dag.id,
    slots: edges.map((edge) => ({ name: slotName(edge), choices: edge.choices })),
    operators: [...new Set(edges.flatMap((edge) => edge.choices))],
    network: (genome) => networkWith(single(genome)),
    print,
    read(given) {
      const parsed = dag.parse(given);
      const genome = edges.map((edge) => {
        const node = parsed.nodes.find((own) => own.id === slotName(edge));
        return edge.choices.indexOf(node?.op ?? '');
      });
      if (genome.includes(-1) || print(genome) !== dag.print(parsed)) {
        throw new ArchitectureError(
          'architecture-not-in-space',
          `a cell of ${id} is written like ${print(edges.map(() => 0))}`,
        );
      }
      return genome;
    },
    ...(choices <= MAX_NODES ? { supernet: networkWith } : {}),
  };
}
