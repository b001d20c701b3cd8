/** The networks of NAS-Bench-201 and of TransNAS-Bench-101's micro space, dead branches included. */
import { FOUR_STATE_EDGES } from '../../../formats/four-state-cell.ts';
import { NAS_BENCH_201_OPERATORS, nasBench201 } from '../../../formats/nas-bench-201.ts';
import { TRANSNAS_OPERATORS, transNasBench101 } from '../../../formats/transnas-bench-101.ts';
import { ArchitectureError } from '../../../graph/architecture-error.ts';
import { constructorOf } from './operator.ts';
import { indented, type Source } from './source.ts';

const STATES = [1, 2, 3] as const;

/** `Cell(channels_in, channels, stride)`; what reads the cell's input strides and widens. */
function cellClass(operators: readonly string[]): string {
  const own = FOUR_STATE_EDGES.map(([from, to], i) => {
    const op = operators[i] ?? 'none';
    const place = {
      channelsIn: from === 0 ? 'channels_in' : 'channels',
      channelsOut: 'channels',
      stride: from === 0 ? 'stride' : 1,
      activatesFirst: true,
    };
    const module =
      op === 'identity' && from === 0 ? 'skip(channels_in, channels, stride)' : constructorOf(op, place);
    return `self.op_${from}_${to} = ${module}`;
  });
  const states = STATES.map((to) => {
    const terms = FOUR_STATE_EDGES.filter(([, target]) => target === to).map(
      ([from]) => `self.op_${from}_${to}(s${from})`,
    );
    return `s${to} = ${terms.join(' + ')}`;
  });
  return `def skip(channels_in, channels, stride):
    if stride == 1 and channels_in == channels:
        return nn.Identity()
    return ReLUConvBN(channels_in, channels) if stride == 1 else FactorizedReduction(channels_in, channels)


class Cell(nn.Module):
    def __init__(self, channels_in, channels, stride=1):
        super().__init__()
${indented(own, 2)}

    def forward(self, s0):
${indented(states, 2)}
        return s3`;
}

export function nasBench201Source(text: string): Source {
  const cell = nasBench201.parse(text).map((operator): string => NAS_BENCH_201_OPERATORS[operator]);
  return {
    input: [3, 32, 32],
    classCount: 10,
    classes: [
      cellClass(cell),
      `class Reduction(nn.Module):
    """The residual block between two stages."""

    def __init__(self, channels):
        super().__init__()
        self.layers = nn.Sequential(
            ReLUConvBN(channels, 2 * channels, 3, stride=2), ReLUConvBN(2 * channels, 2 * channels, 3)
        )
        self.shortcut = nn.Sequential(nn.AvgPool2d(2, 2), nn.Conv2d(channels, 2 * channels, 1, bias=False))

    def forward(self, x):
        return self.shortcut(x) + self.layers(x)`,
      `class Network(nn.Sequential):
    def __init__(self, classes=10, channels=16, cells=5):
        c = channels
        super().__init__(
            ConvBN(3, c, 3),
            *[Cell(c, c) for _ in range(cells)], Reduction(c),
            *[Cell(2 * c, 2 * c) for _ in range(cells)], Reduction(2 * c),
            *[Cell(4 * c, 4 * c) for _ in range(cells)],
            nn.BatchNorm2d(4 * c), nn.ReLU(), Classifier(4 * c, classes),
        )`,
    ],
  };
}

export function transNasBench101Source(text: string): Source {
  const { channels, modules, cell } = transNasBench101.parse(text);
  if (cell === 'basic') {
    throw new ArchitectureError('architecture-not-in-space', 'only cells of the micro space are exported');
  }
  return {
    input: [3, 256, 256],
    classCount: 75,
    classes: [
      cellClass(cell.map((digit) => TRANSNAS_OPERATORS[digit] ?? 'none')),
      `class Network(nn.Module):
    """Modules: 1 plain, 2 doubles the channels, 3 halves the map, 4 does both."""

    def __init__(self, classes=75, channels=${channels}, modules=(${modules.join(', ')},)):
        super().__init__()
        layers = [ConvBNReLU(3, channels // 2, 3, stride=2), ConvBN(channels // 2, channels, 3, stride=2)]
        for module in modules:
            wide = 2 * channels if module in (2, 4) else channels
            layers += [Cell(channels, wide, 2 if module in (3, 4) else 1), Cell(wide, wide)]
            channels = wide
        self.layers = nn.Sequential(*layers, Classifier(channels, classes))

    def forward(self, x):
        return self.layers(x)`,
    ],
  };
}
