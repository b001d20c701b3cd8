import { chain } from '../../../formats/chain.ts';
import { constructorOf } from './operator.ts';
import { indented, type Source } from './source.ts';

/** Maps larger than this come from images of twice the side: the stem strides. */
const LARGEST_UNSTRIDED = 64;

/** Stem, stages in a row, head. */
export function chainSource(text: string): Source {
  const { stages, input, stem, head } = chain.parse(text);
  let before = input.channels;
  const layers = stages.flatMap(({ op, channels, stride, repeat }) => {
    const place = (channelsIn: number, own: number) => ({
      channelsIn: String(channelsIn),
      channelsOut: String(channels),
      stride: own,
    });
    const reshapes = before !== channels || stride !== 1;
    const words = op === 'identity' && reshapes ? 'factorized reduction' : op;
    const first = `${constructorOf(words, place(before, stride))},`;
    before = channels;
    if (repeat === 1) return [first];
    return [first, `*[${constructorOf(op, place(channels, 1))} for _ in range(${repeat - 1})],`];
  });
  const strided = input.resolution > LARGEST_UNSTRIDED;
  const side = strided ? 2 * input.resolution : input.resolution;
  return {
    input: [3, side, side],
    classCount: head.classes,
    classes: [
      `class Network(nn.Sequential):
    def __init__(self, classes=${head.classes}):
        super().__init__(
            ConvBNReLU(3, ${input.channels}, ${stem.kernel}${strided ? ', stride=2' : ''}),
${indented(layers, 3)}
            ConvBNReLU(${before}, ${head.channels}),
            Classifier(${head.channels}, classes),
        )`,
    ],
  };
}
