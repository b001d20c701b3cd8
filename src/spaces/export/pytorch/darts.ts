/** DARTS's CIFAR-10 evaluation network (quark0/darts cnn/model.py), auxiliary head and path dropping left out. */
import { darts } from '../../../formats/darts.ts';
import { DARTS_OPERATORS, type DartsCell } from '../../../formats/darts-genotype.ts';
import { constructorOf } from './operator.ts';
import { indented, type Source } from './source.ts';

function cellClass(name: string, { choices, concat }: DartsCell, strided: boolean): string {
  const own = choices.map(([operator, state], i) => {
    const stride = strided && state < 2 ? 2 : 1;
    const words = DARTS_OPERATORS[operator];
    const op = words === 'identity' && stride === 2 ? 'factorized reduction' : words;
    const module = constructorOf(op, { channelsIn: 'channels', channelsOut: 'channels', stride });
    // AmoebaNet's dilated separable convolution is twice what DARTS calls a dilated convolution.
    const again =
      operator === 'dil_sep_conv_3x3'
        ? constructorOf(op, { channelsIn: 'channels', channelsOut: 'channels', stride: 1 })
        : undefined;
    return `self.op_${i} = ${again === undefined ? module : `nn.Sequential(${module}, ${again})`}`;
  });
  const states = Array.from({ length: choices.length / 2 }, (_, node) => {
    const terms = [2 * node, 2 * node + 1].map((i) => `self.op_${i}(s${choices[i]?.[1] ?? 0})`);
    return `s${node + 2} = ${terms.join(' + ')}`;
  });
  return `class ${name}(nn.Module):
    concatenated = ${concat.length}

    def __init__(self, channels_before, channels_in, channels, halved_before):
        super().__init__()
        self.preprocess_0 = (FactorizedReduction(channels_before, channels) if halved_before
                             else ReLUConvBN(channels_before, channels))
        self.preprocess_1 = ReLUConvBN(channels_in, channels)
${indented(own, 2)}

    def forward(self, s0, s1):
        s0, s1 = self.preprocess_0(s0), self.preprocess_1(s1)
${indented(states, 2)}
        return torch.cat([${concat.map((state) => `s${state}`).join(', ')}], 1)`;
}

export function dartsSource(text: string): Source {
  const { normal, reduce, layers, channels } = darts.parse(text);
  return {
    input: [3, 32, 32],
    classCount: 10,
    classes: [
      cellClass('NormalCell', normal, false),
      cellClass('ReductionCell', reduce, true),
      `class Network(nn.Module):
    def __init__(self, classes=10, channels=${channels}, layers=${layers}):
        super().__init__()
        before = last = 3 * channels
        self.stem = ConvBN(3, last, 3)
        self.cells = nn.ModuleList()
        halved = False
        for i in range(layers):
            reduces = i in (layers // 3, 2 * layers // 3)
            channels = 2 * channels if reduces else channels
            cell = ReductionCell if reduces else NormalCell
            self.cells.append(cell(before, last, channels, halved))
            before, last, halved = last, cell.concatenated * channels, reduces
        self.classifier = Classifier(last, classes)

    def forward(self, x):
        s0 = s1 = self.stem(x)
        for cell in self.cells:
            s0, s1 = s1, cell(s0, s1)
        return self.classifier(s1)`,
    ],
  };
}
