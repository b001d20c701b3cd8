import { dag } from '../../../formats/dag.ts';
import type { OperatorNode } from '../../../graph/operator-graph.ts';
import { topologicalOrder } from '../../../graph/validate.ts';
import { constructorOf } from './operator.ts';
import { indented, type Source } from './source.ts';

/** Channels at a multiple of the cell's width, as a Python expression. */
const width = (multiple = 1): string =>
  multiple === 1 ? 'channels' : `max(1, int(channels * ${multiple} + 0.5))`;

function moduleOf({ op, channelsIn, channelsOut, stride = 1, repeat = 1 }: OperatorNode): string {
  const place = { channelsIn: width(channelsIn), channelsOut: width(channelsOut), stride };
  const first = constructorOf(op, place);
  if (repeat === 1) return first;
  const copy = constructorOf(op, { ...place, channelsIn: place.channelsOut, stride: 1 });
  return `nn.Sequential(${first}, *[${copy} for _ in range(${repeat - 1})])`;
}

/** Copies of the graph, one after the other. Inputs of a node are summed; those of a concatenation stand side by side. */
export function dagSource(text: string): Source {
  const architecture = dag.parse(text);
  const { channels, resolution, cells } = architecture.network;
  const graph = dag.graph(architecture);
  const order = topologicalOrder(graph);
  const output = graph.nodes.length - 1;
  const own: string[] = [];
  const steps: string[] = [];
  for (const at of order) {
    const node = graph.nodes[at];
    if (node === undefined || at === 0) continue;
    const inputs = graph.edges
      .filter(({ to }) => to === at)
      .map(({ from, count }) => (count === 1 ? `n${from}` : `${count} * n${from}`));
    // What nothing leads to computes nothing.
    const sum = inputs.length === 0 ? '0 * n0' : inputs.join(' + ');
    if (at === output) {
      steps.push(`return ${sum}`);
    } else if (node.op === 'concatenation') {
      steps.push(`n${at} = torch.cat([${inputs.join(', ')}], 1)`);
    } else {
      own.push(`self.op_${at} = ${moduleOf(node)}  # ${JSON.stringify(node.id)}: ${JSON.stringify(node.op)}`);
      steps.push(`n${at} = self.op_${at}(${sum})`);
    }
  }
  // The output returns, so it comes last whatever else could follow in the order.
  steps.sort((a, b) => Number(a.startsWith('return')) - Number(b.startsWith('return')));
  return {
    input: [channels, resolution, resolution],
    classes: [
      `class Cell(nn.Module):
    def __init__(self, channels):
        super().__init__()
${indented(own, 2)}

    def forward(self, n0):
${indented(steps, 2)}`,
      `class Network(nn.Sequential):
    """${cells === 1 ? 'One cell' : `${cells} cells`} on a map of ${channels} channels; stem and head are left to whoever uses it."""

    def __init__(self, channels=${channels}, cells=${cells}):
        super().__init__(*[Cell(channels) for _ in range(cells)])`,
    ],
  };
}
