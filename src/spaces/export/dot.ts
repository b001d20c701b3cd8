import type { OperatorGraph } from '../../graph/operator-graph.ts';

/** A string of the DOT language: quotes and backslashes escaped. */
const quoted = (text: string): string => `"${text.replaceAll(/["\\]/g, '\\$&').replaceAll(/\s+/g, ' ')}"`;

/** A graph in the DOT language of Graphviz; a counted edge carries its count. */
export function dotOf(title: string, { nodes, edges }: OperatorGraph): string {
  return [
    `digraph ${quoted(title)} {`,
    '  rankdir=TB;',
    '  node [shape=box, style=rounded, fontname="Helvetica"];',
    ...nodes.map(({ op }, i) => `  n${i} [label=${quoted(op)}];`),
    ...edges.map(
      ({ from, to, count }) => `  n${from} -> n${to}${count === 1 ? '' : ` [label="x ${count}"]`};`,
    ),
    '}',
    '',
  ].join('\n');
}
