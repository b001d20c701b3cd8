import type { Chain, ChainStage } from './chain.ts';
import { TextCursor } from './text-cursor.ts';

const WIDTHS = [64, 64, 128, 128, 128, 256, 256, 256] as const;
/** Layers that halve the resolution and double the channels. */
const REDUCING: ReadonlySet<number> = new Set([0, 2, 5]);

/**
 * A network of NAS-Bench-Macro (Su et al., CVPR 2021) as a chain: eight layers, each 0 identity, 1 inverted
 * bottleneck 3 by 3 with expansion 3, 2 the same 5 by 5 with expansion 6, for CIFAR-10. Where the layer
 * reduces, the benchmark's identity is a strided 1 by 1 convolution. Params equal the benchmark's column.
 *
 * @param digits such as `01201201`
 * @throws ArchitectureError `nas-bench-macro-syntax`
 */
export function nasBenchMacro(digits: string): Chain {
  const cursor: TextCursor = new TextCursor(digits, 'nas-bench-macro-syntax', WIDTHS.length);
  const stages = WIDTHS.map((channels, layer): ChainStage => {
    const reduces = REDUCING.has(layer);
    const operators = [
      reduces ? 'convolution 1 by 1' : 'identity',
      'inverted bottleneck convolution 3 by 3, expansion 3',
      'inverted bottleneck convolution 5 by 5, expansion 6',
    ];
    const op = operators[Number(cursor.take(/[0-2]/y) || Number.NaN)];
    return op === undefined
      ? cursor.fail(`the choice of layer ${layer + 1}, a digit 0 to 2`)
      : { op, channels, stride: reduces ? 2 : 1, repeat: 1 };
  });
  return {
    stages,
    input: { channels: 32, resolution: 32 },
    stem: { kernel: 3 },
    head: { channels: 1_280, classes: 10 },
  };
}
