import { graphlib, layout } from '@dagrejs/dagre';
import { useMemo } from 'preact/hooks';
import { livingNodes } from '../../graph/canonicalize.ts';
import type { OperatorGraph } from '../../graph/operator-graph.ts';
import { familyOf, shortName } from './operator-names.ts';

const HEIGHT = 30;
const PER_CHARACTER = 7;
/** Longer words are cut; their title has them whole. */
const MAX_CHARACTERS = 26;

interface Point {
  readonly x: number;
  readonly y: number;
}

const labelOf = (op: string): string => {
  const name = shortName(op);
  return name.length > MAX_CHARACTERS ? `${name.slice(0, MAX_CHARACTERS - 1)}…` : name;
};

/** Top to bottom: networks are deeper than wide, and pages longer than wide. */
function arrange({ nodes, edges }: OperatorGraph, sideways: boolean) {
  const graph = new graphlib.Graph();
  graph.setGraph({
    rankdir: sideways ? 'LR' : 'TB',
    nodesep: 18,
    ranksep: sideways ? 34 : 30,
    marginx: 8,
    marginy: 8,
  });
  graph.setDefaultEdgeLabel(() => ({}));
  nodes.forEach(({ op }, at) => {
    const width = Math.max(46, labelOf(op).length * PER_CHARACTER + 20);
    graph.setNode(String(at), { width, height: HEIGHT });
  });
  for (const { from, to } of edges) graph.setEdge(String(from), String(to), {});
  layout(graph);
  return graph;
}

/** A smooth line through the points of an edge. */
function pathOf(points: readonly Point[]): string {
  const [first, ...rest] = points;
  if (first === undefined) return '';
  let path = `M${first.x},${first.y}`;
  rest.forEach((point, i) => {
    const next = rest[i + 1];
    if (next === undefined) path += `L${point.x},${point.y}`;
    else path += `Q${point.x},${point.y} ${(point.x + next.x) / 2},${(point.y + next.y) / 2}`;
  });
  return path;
}

/** A graph of operators; what takes no part in the computation is grey. */
export function GraphDrawing({ graph, sideways }: { graph: OperatorGraph; sideways: boolean }) {
  const drawn = useMemo(() => arrange(graph, sideways), [graph, sideways]);
  const living = useMemo(() => livingNodes(graph), [graph]);
  const { width = 0, height = 0 } = drawn.graph();
  const dead = living.filter((alive) => !alive).length;
  const label = `Graph of ${graph.nodes.length} operators, ${dead} of them without effect`;
  return (
    <svg
      class="graph"
      data-sideways={sideways}
      viewBox={`0 0 ${width} ${height}`}
      role="img"
      aria-label={label}
      style={{ maxWidth: `${width}px` }}
    >
      <defs>
        <marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">
          <path d="M0,0.5 8,4 0,7.5z" fill="context-stroke" />
        </marker>
      </defs>
      {graph.edges.map(({ from, to, count }) => {
        const { points } = drawn.edge(String(from), String(to)) as { points: Point[] };
        const middle = points[Math.floor(points.length / 2)];
        return (
          <g key={`${from}-${to}`} class="edge" data-dead={!(living[from] && living[to])}>
            <path d={pathOf(points)} marker-end="url(#arrow)" />
            {count > 1 && (
              <text x={(middle?.x ?? 0) + 8} y={middle?.y}>
                ×{count}
              </text>
            )}
          </g>
        );
      })}
      {graph.nodes.map(({ id, op }, at) => {
        const { x, y, width } = drawn.node(String(at)) as Point & { width: number };
        return (
          <g
            key={id}
            class="node"
            data-family={familyOf(op)}
            data-dead={!living[at]}
            transform={`translate(${x - width / 2},${y - HEIGHT / 2})`}
          >
            <title>{op}</title>
            <rect width={width} height={HEIGHT} rx={familyOf(op) === 'end' ? HEIGHT / 2 : 6} />
            <text x={width / 2} y={HEIGHT / 2 + 4} text-anchor="middle">
              {labelOf(op)}
            </text>
          </g>
        );
      })}
    </svg>
  );
}
