/**
 * Any directed acyclic graph of operators in words, as JSON:
 * `{"nodes": [{"id": "a", "op": "3x3 convolution"}], "edges": [["in", "a"], ["a", "out"]]}`.
 * The ids `in` or `input` and `out` or `output` are the graph's ends and need not be listed.
 */
import { z } from 'zod';
import { ArchitectureError } from '../graph/architecture-error.ts';
import type { Skeleton } from '../graph/cost.ts';
import {
  graphOf,
  INPUT,
  MAX_EDGES,
  MAX_RAW_NODES,
  type OperatorGraph,
  type OperatorNode,
  OUTPUT,
} from '../graph/operator-graph.ts';
import { topologicalOrder } from '../graph/validate.ts';
import type { Format } from './format.ts';
import { parseJson, shaped } from './json-value.ts';

export interface Dag {
  /** Inner nodes; the ends are implied. */
  readonly nodes: readonly OperatorNode[];
  /** From id to id; `in` and `out` are the ends. A pair given twice is two parallel paths. */
  readonly edges: readonly (readonly [from: string, to: string])[];
  /** What the graph's relative widths and resolutions are multiples of, and how often it is repeated. */
  readonly network: { readonly channels: number; readonly resolution: number; readonly cells: number };
}

/** One copy of the graph, 64 channels wide on a map of 32 by 32; nothing around it is counted. */
export const DAG_NETWORK = { channels: 64, resolution: 32, cells: 1 } as const;

const IN = 'in';
const OUT = 'out';
const ENDS: ReadonlyMap<string, string> = new Map([
  [IN, IN],
  [INPUT, IN],
  [OUT, OUT],
  [OUTPUT, OUT],
]);
const MAX_ID_LENGTH = 64;
const MAX_OPERATOR_LENGTH = 256;

const multiple = z.number().gt(0).max(4_096);
const id = z.string().min(1).max(MAX_ID_LENGTH);
const JSON_DAG = z.strictObject({
  nodes: z
    .array(
      z.strictObject({
        id,
        op: z.string().trim().min(1).max(MAX_OPERATOR_LENGTH),
        channelsIn: multiple.exactOptional(),
        channelsOut: multiple.exactOptional(),
        resolution: multiple.exactOptional(),
        stride: multiple.exactOptional(),
        repeat: z.int().min(1).max(64).exactOptional(),
      }),
    )
    .max(MAX_RAW_NODES),
  edges: z.array(z.tuple([id, id])).max(MAX_EDGES),
  network: z
    .strictObject({
      channels: z.int().min(1).max(16_384).default(DAG_NETWORK.channels),
      resolution: z.int().min(1).max(4_096).default(DAG_NETWORK.resolution),
      cells: z.int().min(1).max(1_024).default(DAG_NETWORK.cells),
    })
    .default(DAG_NETWORK),
});

/** Where `id` leads: an end by any of its names, or the node itself. */
type Aliases = Map<string, string>;

/** Listed nodes by what they are; a listed end is checked and left out, as the graph has it anyway. */
function listedNodes(nodes: readonly OperatorNode[]): { inner: OperatorNode[]; aliases: Aliases } {
  const aliases: Aliases = new Map(ENDS);
  const listed = new Set<string>();
  const ends = new Set<string>();
  const inner: OperatorNode[] = [];
  for (const [i, node] of nodes.entries()) {
    if (listed.has(node.id)) {
      throw new ArchitectureError('graph-duplicate-node', `the node id "${node.id}" is used twice`, {
        pointer: `/nodes/${i}/id`,
      });
    }
    listed.add(node.id);
    const end = node.op === INPUT ? IN : node.op === OUTPUT ? OUT : undefined;
    const reserved = ENDS.get(node.id);
    if (reserved !== undefined && reserved !== end) {
      throw new ArchitectureError(
        'dag-reserved-id',
        `the id "${node.id}" is reserved for the graph's ${reserved}put, got the operator ${JSON.stringify(node.op)}`,
        { pointer: `/nodes/${i}` },
      );
    }
    if (end === undefined) {
      inner.push(node);
      aliases.set(node.id, node.id);
      continue;
    }
    if (ends.has(end)) {
      throw new ArchitectureError(`graph-${node.op}-count`, `only one ${node.op} node is possible`, {
        pointer: `/nodes/${i}`,
      });
    }
    ends.add(end);
    aliases.set(node.id, end);
  }
  return { inner, aliases };
}

function parse(given: unknown): Dag {
  const drafted = shaped(JSON_DAG, typeof given === 'string' ? parseJson(given) : given);
  const { inner, aliases } = listedNodes(drafted.nodes);
  const edges = drafted.edges.map((pair, i): [string, string] => {
    const [from, to] = pair.map((name, end) => {
      const node = aliases.get(name);
      if (node !== undefined) return node;
      throw new ArchitectureError('graph-unknown-node', `no node has the id "${name}"`, {
        pointer: `/edges/${i}/${end}`,
      });
    });
    if (from === undefined || to === undefined || from === to) {
      throw new ArchitectureError('graph-cycle', 'an edge leads from a node to itself', {
        pointer: `/edges/${i}`,
      });
    }
    if (to === IN || from === OUT) {
      const [code, wrong] =
        to === IN ? ['graph-input-edge', 'into the input'] : ['graph-output-edge', 'out of the output'];
      throw new ArchitectureError(code, `no edge may lead ${wrong}`, { pointer: `/edges/${i}` });
    }
    return [from, to];
  });
  const dag = { nodes: inner, edges, network: drafted.network };
  refuseCycle(dag, drafted.nodes);
  return dag;
}

/** Names the node of a cycle by its place in what the caller gave. */
function refuseCycle(dag: Dag, given: readonly OperatorNode[]): void {
  try {
    topologicalOrder(graph(dag));
  } catch (error) {
    if (!(error instanceof ArchitectureError)) throw error;
    const at = Number(/\d+/.exec(error.position.pointer)?.[0] ?? 0);
    const place = given.findIndex((node) => node.id === dag.nodes[at - 1]?.id);
    throw new ArchitectureError(error.code, error.message, { pointer: `/nodes/${place}` });
  }
}

function print({ nodes, edges, network }: Dag): string {
  return JSON.stringify({ nodes, edges, network });
}

/** `in` stands first, `out` last. */
function graph({ nodes, edges }: Dag): OperatorGraph {
  return graphOf([{ id: IN, op: INPUT }, ...nodes, { id: OUT, op: OUTPUT }], edges);
}

function skeleton({ network: { channels, resolution, cells } }: Dag): Skeleton {
  return { fixed: [], stages: [{ cells, channelsIn: channels, channels, side: resolution }] };
}

export const dag: Format<Dag> = {
  id: 'dag',
  title: 'Graph of operators in words',
  example: {
    nodes: [
      { id: 'a', op: 'convolution 3 by 3' },
      { id: 'b', op: 'max pooling 3 by 3' },
    ],
    edges: [
      ['in', 'a'],
      ['in', 'b'],
      ['a', 'out'],
      ['b', 'out'],
    ],
  },
  parse,
  print,
  graph,
  skeleton,
};
