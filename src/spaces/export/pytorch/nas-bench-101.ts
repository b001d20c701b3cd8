/** The CIFAR-10 network of NAS-Bench-101 (google-research/nasbench lib/model_builder.py). */
import { NAS_BENCH_101_OPERATORS, nasBench101 } from '../../../formats/nas-bench-101.ts';
import { constructorOf } from './operator.ts';
import { indented, type Source } from './source.ts';

export function nasBench101Source(text: string): Source {
  const cell = nasBench101.parse(text);
  const { matrix, operators } = cell;
  const last = matrix.length - 1;
  const graph = nasBench101.graph(cell);
  const { spread } = nasBench101.skeleton(cell);
  const widths = (channelsIn: number, channels: number): readonly number[] =>
    spread?.(graph, channelsIn, channels, 1).channelsOut ?? [];
  // Vertices of no width lie on no path; the benchmark leaves them out.
  const alive = widths(128, 128).flatMap((width, v) => (width > 0 ? [v] : []));
  const feeds = (from: number, to: number): boolean => matrix[from]?.[to] === 1;
  const inner = alive.filter((v) => v > 0 && v < last);
  const projected = alive.filter((v) => v > 0 && feeds(0, v));
  const own = [
    ...projected.map((v) => `self.project_${v} = ConvBNReLU(channels_in, widths[${v}])`),
    ...inner.map((v) => {
      const op = NAS_BENCH_101_OPERATORS[operators[v - 1] ?? 'conv1x1-bn-relu'];
      const width = `widths[${v}]`;
      return `self.op_${v} = ${constructorOf(op, { channelsIn: width, channelsOut: width, stride: 1 })}`;
    }),
  ];
  const steps = inner.map((v) => {
    const terms = [
      ...(feeds(0, v) ? [`self.project_${v}(x)`] : []),
      ...inner.filter((from) => feeds(from, v)).map((from) => `v${from}[:, :self.widths[${v}]]`),
    ];
    return `v${v} = self.op_${v}(${terms.join(' + ')})`;
  });
  const joined = inner.filter((v) => feeds(v, last)).map((v) => `v${v}`);
  const results = [
    ...(joined.length > 0 ? [`torch.cat([${joined.join(', ')}], 1)`] : []),
    ...(feeds(0, last) ? [`self.project_${last}(x)`] : []),
  ];
  const list = (values: readonly number[]): string => `[${values.join(', ')}]`;
  const cells = [128, 256, 512].map((channels, i) => {
    const before = i === 0 ? 128 : channels / 2;
    return [
      ...(i === 0 ? [] : ['nn.MaxPool2d(2, 2),']),
      `Cell(${before}, ${list(widths(before, channels))}),`,
      `*[Cell(${channels}, ${list(widths(channels, channels))}) for _ in range(2)],`,
    ];
  });
  return {
    input: [3, 32, 32],
    classCount: 10,
    classes: [
      `class Cell(nn.Module):
    """widths: channels of every vertex; those that feed the output share its channels."""

    def __init__(self, channels_in, widths):
        super().__init__()
        self.widths = widths
${indented(own, 2)}

    def forward(self, x):
${indented([...steps, `return ${results.join(' + ')}`], 2)}`,
      `class Network(nn.Sequential):
    def __init__(self, classes=10):
        super().__init__(
            ConvBNReLU(3, 128, 3),
${indented(cells.flat(), 3)}
            Classifier(512, classes),
        )`,
    ],
  };
}
