import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import type { FormatId } from '../formats/format.ts';
import { canonicalize, canonicalKey } from '../graph/canonicalize.ts';
import { type Cost, costOf, type Size, sizeOf } from '../graph/cost.ts';
import type { OperatorGraph } from '../graph/operator-graph.ts';
import type { Genome, Network, Space, Subspace } from './space.ts';

/** What a search asks to have scored: a subject of the scorer, and the key under which it is scored once. */
interface Subject {
  /** 32 hexadecimal digits: equal for two networks exactly when their canonical graphs are. */
  readonly key: string;
  /** Canonical. */
  readonly graph: OperatorGraph;
  /** Of the network as written: dead branches cost what the benchmarks say they cost. */
  readonly cost: Cost;
  /** Of the canonical graph's network, where it is known: what a score may depend on. */
  readonly size?: Size;
  readonly space: FormatId;
}

export interface ArchitectureCandidate extends Subject {
  readonly kind: 'architecture';
  readonly genome: Genome;
}

/** Several architectures at once: a network with more than one operator alive in a slot. */
export interface SupernetCandidate extends Subject {
  readonly kind: 'supernet';
  readonly open: Subspace;
}

export type Candidate = ArchitectureCandidate | SupernetCandidate;

/** Hash of a canonical graph; the full text of `canonicalKey` would fill a search's state with words. */
export function keyOf(canonical: OperatorGraph): string {
  return bytesToHex(sha256(utf8ToBytes(canonicalKey(canonical))).subarray(0, 16));
}

function subjectOf(space: Space, { graph, skeleton }: Network): Subject {
  const canonical = canonicalize(graph);
  const size = sizeOf(canonical, skeleton);
  return {
    key: keyOf(canonical),
    graph: canonical,
    cost: costOf(graph, skeleton),
    ...(size && { size }),
    space: space.format,
  };
}

export function architectureCandidate(space: Space, genome: Genome): ArchitectureCandidate {
  return { kind: 'architecture', genome, ...subjectOf(space, space.network(genome)) };
}

/**
 * @returns undefined where the space has no supernet
 * @throws ArchitectureError `graph-too-large` when the supernet is larger than a graph may be
 */
export function supernetCandidate(space: Space, open: Subspace): SupernetCandidate | undefined {
  const network = space.supernet?.(open);
  return network && { kind: 'supernet', open, ...subjectOf(space, network) };
}
