import { ArchitectureError } from './architecture-error.ts';
import { INPUT, MAX_EDGES, MAX_RAW_NODES, type OperatorGraph, OUTPUT } from './operator-graph.ts';

/**
 * Node indices in an order in which every edge points forward; of several ready nodes the lowest index first.
 *
 * @throws ArchitectureError `graph-cycle` naming a node on the cycle.
 */
export function topologicalOrder(graph: OperatorGraph): number[] {
  // Most graphs are written in order already.
  if (graph.edges.every(({ from, to }) => from < to)) return graph.nodes.map((_, i) => i);
  const waiting = new Array<number>(graph.nodes.length).fill(0);
  const successors: number[][] = graph.nodes.map(() => []);
  for (const { from, to } of graph.edges) {
    waiting[to] = (waiting[to] ?? 0) + 1;
    successors[from]?.push(to);
  }
  const ready = waiting.flatMap((count, i) => (count === 0 ? [i] : []));
  const order: number[] = [];
  for (let at = ready.shift(); at !== undefined; at = ready.shift()) {
    order.push(at);
    for (const next of successors[at] ?? []) {
      const left = (waiting[next] ?? 0) - 1;
      waiting[next] = left;
      if (left === 0) ready.push(next);
    }
    ready.sort((a, b) => a - b);
  }
  if (order.length < graph.nodes.length) {
    const stuck = waiting.findIndex((count) => count > 0);
    throw new ArchitectureError(
      'graph-cycle',
      `the graph must be acyclic, but node "${graph.nodes[stuck]?.id ?? stuck}" is on or behind a cycle`,
      { pointer: `/nodes/${stuck}` },
    );
  }
  return order;
}

/**
 * Checks that a graph is one the house can carry: unique ids, edges between existing nodes, acyclic, exactly
 * one `input` and one `output`, within the limits. Returns it unchanged.
 *
 * @throws ArchitectureError with a `graph-*` code and the JSON pointer of what is wrong.
 */
export function validate(graph: OperatorGraph): OperatorGraph {
  const fail = (code: string, message: string, pointer: string): never => {
    throw new ArchitectureError(code, message, { pointer });
  };
  if (graph.nodes.length > MAX_RAW_NODES) {
    fail('graph-too-many-nodes', `at most ${MAX_RAW_NODES} nodes, got ${graph.nodes.length}`, '/nodes');
  }
  if (graph.edges.length > MAX_EDGES) {
    fail('graph-too-many-edges', `at most ${MAX_EDGES} edges, got ${graph.edges.length}`, '/edges');
  }
  const seen = new Set<string>();
  graph.nodes.forEach(({ id, op }, i) => {
    if (seen.has(id)) fail('graph-duplicate-node', `node id "${id}" is used twice`, `/nodes/${i}/id`);
    seen.add(id);
    if (op.trim() === '') fail('graph-empty-operator', `node "${id}" has no operator`, `/nodes/${i}/op`);
  });
  graph.edges.forEach(({ from, to, count }, i) => {
    for (const [end, position] of [from, to].entries()) {
      if (graph.nodes[position] === undefined) {
        fail('graph-unknown-node', 'the edge names a node that does not exist', `/edges/${i}/${end}`);
      }
    }
    if (from === to) fail('graph-cycle', 'an edge leads from a node to itself', `/edges/${i}`);
    if (!Number.isInteger(count) || count < 1) {
      fail('graph-bad-count', 'an edge is counted once or more', `/edges/${i}`);
    }
  });
  for (const [op, name] of [
    [INPUT, 'input'],
    [OUTPUT, 'output'],
  ] as const) {
    const found = graph.nodes.flatMap((node, i) => (node.op === op ? [i] : []));
    if (found.length !== 1) {
      fail(`graph-${name}-count`, `exactly one ${name} node is needed, got ${found.length}`, '/nodes');
    }
    const at = found[0];
    const wrong = graph.edges.findIndex((edge) => (op === INPUT ? edge.to === at : edge.from === at));
    if (wrong >= 0) {
      const end = op === INPUT ? 'into the input' : 'out of the output';
      fail(`graph-${name}-edge`, `no edge may lead ${end}`, `/edges/${wrong}`);
    }
  }
  topologicalOrder(graph);
  return graph;
}
