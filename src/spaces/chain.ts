import { type Chain, type ChainStage, chain } from '../formats/chain.ts';
import { ArchitectureError } from '../graph/architecture-error.ts';
import { graphOf, MAX_NODES, type OperatorNode } from '../graph/operator-graph.ts';
import type { Genome, Slot, Space, Subspace } from './space.ts';

/** One stage of a chain and what can be chosen there. A list of one is no decision. */
export interface ChainPosition {
  /** Operators in canonical words. */
  readonly operators: readonly string[];
  /** Widths. */
  readonly channels: readonly number[];
  /** Depths: how many times the operator stands in a row. */
  readonly repeats: readonly number[];
  readonly stride: number;
}

export interface ChainSpaceDefinition extends Omit<Chain, 'stages'> {
  readonly id: string;
  readonly title: string;
  readonly positions: readonly ChainPosition[];
}

/** A decision at a position: which of its properties, and how many ways. */
interface Decision {
  readonly position: number;
  readonly property: 'operators' | 'channels' | 'repeats';
  readonly choices: readonly (string | number)[];
}

const NAMES = { operators: 'operator', channels: 'channels', repeats: 'repeat' } as const;

/**
 * A space of chains: at every position an operator, and, where there are several to choose from, a width and a
 * depth.
 */
export function chainSpace(definition: ChainSpaceDefinition): Space {
  const { id, title, positions, input, stem, head } = definition;
  const decisions = positions.flatMap((options, position): Decision[] =>
    (['operators', 'channels', 'repeats'] as const)
      .map((property) => ({ position, property, choices: options[property] }))
      .filter(({ choices }) => choices.length > 1),
  );
  const stagesOf = (genome: Genome): ChainStage[] => {
    const chosen = (position: number, property: Decision['property']): number => {
      const slot = decisions.findIndex((own) => own.position === position && own.property === property);
      return genome[slot] ?? 0;
    };
    return positions.map(({ operators, channels, repeats, stride }, i) => ({
      op: operators[chosen(i, 'operators')] ?? '',
      channels: channels[chosen(i, 'channels')] ?? 1,
      repeat: repeats[chosen(i, 'repeats')] ?? 1,
      stride,
    }));
  };
  const chainOf = (genome: Genome): Chain => ({ stages: stagesOf(genome), input, stem, head });
  const onlyOperators = decisions.every(({ property }) => property === 'operators');
  const nodes = positions.reduce((sum, { operators }) => sum + operators.length, 2);

  return {
    id,
    title,
    format: chain.id,
    slots: decisions.map(
      ({ position, property, choices }): Slot => ({
        name: `position ${position + 1} ${NAMES[property]}`,
        choices: choices.map(String),
      }),
    ),
    operators: [...new Set(positions.flatMap(({ operators }) => operators))],
    network(genome) {
      const architecture = chainOf(genome);
      return { graph: chain.graph(architecture), skeleton: chain.skeleton(architecture) };
    },
    print: (genome) => chain.print(chainOf(genome)),
    read(given) {
      const { stages } = chain.parse(given);
      const genome = decisions.map(({ position, property, choices }) => {
        const stage = stages[position];
        const value = { operators: stage?.op, channels: stage?.channels, repeats: stage?.repeat }[property];
        return value === undefined ? -1 : choices.indexOf(value);
      });
      if (genome.includes(-1) || chain.print(chain.parse(given)) !== chain.print(chainOf(genome))) {
        throw new ArchitectureError(
          'architecture-not-in-space',
          `a network of ${id} is written like ${chain.print(chainOf(decisions.map(() => 0)))}`,
        );
      }
      return genome;
    },
    // Widths and depths cannot stand side by side, operators can.
    ...(onlyOperators && nodes <= MAX_NODES
      ? { supernet: (open: Subspace) => supernet(open, decisions, chainOf(decisions.map(() => 0))) }
      : {}),
  };
}

function supernet(open: Subspace, decisions: readonly Decision[], first: Chain) {
  const single = chain.graph(first);
  const alternatives = single.nodes.map((node, at): OperatorNode[] => {
    const slot = decisions.findIndex(({ position }) => position === at - 1);
    const choices = decisions[slot]?.choices;
    if (choices === undefined) return [node];
    return (open[slot] ?? []).map((choice) => ({
      ...node,
      id: `${node.id}-${choice}`,
      op: `${choices[choice]}`,
    }));
  });
  const graph = graphOf(
    alternatives.flat(),
    alternatives
      .slice(1)
      .flatMap((next, i) =>
        (alternatives[i] ?? []).flatMap((from) => next.map((to) => [from.id, to.id] as const)),
      ),
  );
  return { graph, skeleton: chain.skeleton(first) };
}
