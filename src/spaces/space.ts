/**
 * What can be searched. Every space, built in or a caller's own, is a row of slots with a few choices each: the
 * operators on the edges of a cell, the positions of a chain, the bits of an adjacency matrix. Sampling,
 * mutating, crossing over, enumerating and pruning need nothing else and stand in variation.ts, once.
 */
import type { FormatId } from '../formats/format.ts';
import type { Skeleton } from '../graph/cost.ts';
import type { OperatorGraph } from '../graph/operator-graph.ts';

/** One decision that an architecture of the space takes. */
export interface Slot {
  readonly name: string;
  /** What there is to choose from, in words. */
  readonly choices: readonly string[];
}

/** An architecture as the choice taken in every slot: `genome[i]` is an index into `slots[i].choices`. */
export type Genome = readonly number[];

/** Part of a space: the choices still open in every slot, ascending, at least one. */
export type Subspace = readonly (readonly number[])[];

/** A cell or chain, as written, and the macro rules that make it a whole network. */
export interface Network {
  readonly graph: OperatorGraph;
  readonly skeleton: Skeleton;
}

export interface Space {
  readonly id: string;
  readonly title: string;
  /** The format that `print` writes. */
  readonly format: FormatId;
  readonly slots: readonly Slot[];
  /** Every operator that its networks have nodes of, in words: what a scorer must know to search it. */
  readonly operators: readonly string[];
  /** Architectures up to isomorphism, where somebody counted them. */
  readonly distinct?: number;
  /**
   * How far a genome is from being an architecture of the space; 0 when it is one. Missing where every genome
   * is. Only the other methods' behaviour on genomes of violation 0 is defined.
   */
  violation?(genome: Genome): number;
  /**
   * The order in which the space is gone through, where counting all slots up would meet the same architectures
   * far too often. Every architecture is met at least once.
   */
  readonly order?: { readonly first: Genome; next(genome: Genome): Genome | undefined };
  network(genome: Genome): Network;
  /** The architecture in the space's format. */
  print(genome: Genome): string;
  /**
   * The genome of an architecture in the space's format: `read(print(g))` is `g`, or, where several genomes
   * write the same architecture, one of those.
   *
   * @throws ArchitectureError what the format throws, and `architecture-not-in-space`
   */
  read(given: unknown): Genome;
  /**
   * The network in which every open choice is alive at once, as parallel operators. Missing where that would be
   * larger than a graph may be.
   */
  supernet?(open: Subspace): Network;
}

export interface SpaceSize {
  /** Genomes: isomorphic architectures count as often as they can be written. */
  readonly genomes: bigint;
  /** False where some genomes are no architectures, so that `genomes` is an upper bound. */
  readonly exact: boolean;
}

export function sizeOf(space: Space): SpaceSize {
  const genomes = space.slots.reduce((product, { choices }) => product * BigInt(choices.length), 1n);
  return { genomes, exact: space.violation === undefined };
}

/** Whether a genome is an architecture of the space. */
export function admits(space: Space, genome: Genome): boolean {
  return space.violation === undefined || space.violation(genome) === 0;
}

/** The whole space: every choice open in every slot. */
export function wholeOf(space: Space): Subspace {
  return space.slots.map(({ choices }) => choices.map((_, choice) => choice));
}
