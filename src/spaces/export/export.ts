/** Architectures of a space in forms that others can use. */
import { ArchitectureError } from '../../graph/architecture-error.ts';
import { canonicalize } from '../../graph/canonicalize.ts';
import { costOf } from '../../graph/cost.ts';
import type { Genome, Space } from '../space.ts';
import { dotOf } from './dot.ts';
import { pytorchOf } from './pytorch.ts';

/**
 * `arch`: in the space's own format. `genotype`: the same where that is a genotype. `json`: the canonical graph
 * with its cost. `dot`: that graph for Graphviz. `pytorch`: a module that can be trained.
 */
export const EXPORTS = ['arch', 'genotype', 'json', 'dot', 'pytorch'] as const;
export type ExportForm = (typeof EXPORTS)[number];

export interface Exported {
  readonly text: string;
  /** Media type. */
  readonly type: string;
}

function graphJson(space: Space, genome: Genome): string {
  const { graph: written, skeleton } = space.network(genome);
  const { nodes, edges } = canonicalize(written);
  const { params, flops, depth } = costOf(written, skeleton);
  const id = (at: number): string => nodes[at]?.id ?? String(at);
  return JSON.stringify({
    format: space.format,
    architecture: space.print(genome),
    cost: { params, flops, depth },
    graph: { nodes, edges: edges.map(({ from, to, count }) => ({ from: id(from), to: id(to), count })) },
  });
}

/**
 * An architecture of a space in the form asked for.
 *
 * @throws ArchitectureError `export-not-for-space`, `operator-not-in-pytorch`
 */
export function exportArchitecture(space: Space, genome: Genome, form: ExportForm): Exported {
  switch (form) {
    case 'arch':
      return { text: space.print(genome), type: 'text/plain; charset=utf-8' };
    case 'genotype':
      if (space.format !== 'darts') {
        throw new ArchitectureError(
          'export-not-for-space',
          `architectures of ${space.id} are not written as genotypes; arch gives their own notation`,
        );
      }
      return { text: space.print(genome), type: 'text/plain; charset=utf-8' };
    case 'json':
      return { text: graphJson(space, genome), type: 'application/json' };
    case 'dot': {
      const { graph } = space.network(genome);
      return { text: dotOf(space.id, canonicalize(graph)), type: 'text/vnd.graphviz; charset=utf-8' };
    }
    case 'pytorch':
      return { text: pytorchOf(space.format, space.print(genome)), type: 'text/x-python; charset=utf-8' };
  }
}
