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
  let [inputs, outputs] = [0, 0];
  graph.nodes.forEach(({ id, op }, i) => {
    if (seen.has(id)) fail('graph-duplicate-node', `node id "${id}" is used twice`, `/nodes/${i}/id`);
    seen.add(id);
    if (op === INPUT) inputs += 1;
    else if (op === OUTPUT) outputs += 1;
    else if (op.trim() === '') {
      fail('graph-empty-operator', `node "${id}" has no operator`, `/nodes/${i}/op`);
    }
  });
  const expectNode = (position: number, edge: number, end: number): void => {
    if (graph.nodes[position] !== undefined) return;
    fail('graph-unknown-node', 'the edge names a node that does not exist', `/edges/${edge}/${end}`);
  };
  graph.edges.forEach(({ from, to, count }, i) => {
    expectNode(from, i, 0);
    expectNode(to, i, 1);
    if (from === to) fail('graph-cycle', 'an edge leads from a node to itself', `/edges/${i}`);
    if (!Number.isInteger(count) || count < 1) {
      fail('graph-bad-count', 'an edge is counted once or more', `/edges/${i}`);
    }
  });
  if (inputs !== 1) fail('graph-input-count', `exactly one input node is needed, got ${inputs}`, '/nodes');
  if (outputs !== 1)
    fail('graph-output-count', `exactly one output node is needed, got ${outputs}`, '/nodes');
  graph.edges.forEach(({ from, to }, i) => {
    if (graph.nodes[to]?.op === INPUT) {
      fail('graph-input-edge', 'no edge may lead into the input', `/edges/${i}`);
    }
    if (graph.nodes[from]?.op === OUTPUT) {
      fail('graph-output-edge', 'no edge may lead out of the output', `/edges/${i}`);
    }
  });
  topologicalOrder(graph);
  return graph;
}
