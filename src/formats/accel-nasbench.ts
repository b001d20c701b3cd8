import { ArchitectureError } from '../graph/architecture-error.ts';
import type { Chain, ChainStage } from './chain.ts';

/** The choices of one of Accel-NASBench's seven stages. */
export interface AccelNasBenchStage {
  readonly expansion: number;
  readonly kernel: number;
  readonly layers: number;
  readonly squeeze: boolean;
}

/** Widths and strides of EfficientNet-B0 (Tan & Le, ICML 2019). */
const WIDTHS = [16, 24, 40, 80, 112, 192, 320] as const;
const STRIDES = [1, 2, 2, 2, 1, 2, 1] as const;

/**
 * A network of Accel-NASBench (Ahmad et al., 2024) as a chain: seven stages of inverted bottlenecks, for
 * ImageNet at 224 by 224. Params equal the benchmark's column.
 *
 * @throws ArchitectureError `accel-nasbench-stages` when there are not seven
 */
export function accelNasBench(choices: readonly AccelNasBenchStage[]): Chain {
  if (choices.length !== WIDTHS.length) {
    throw new ArchitectureError(
      'accel-nasbench-stages',
      `a network has ${WIDTHS.length} stages, got ${choices.length}`,
    );
  }
  const stages = choices.map(({ expansion, kernel, layers, squeeze }, i): ChainStage => {
    const op = `inverted bottleneck convolution ${kernel} by ${kernel}, expansion ${expansion}`;
    return {
      op: squeeze ? `${op}, squeeze and excitation` : op,
      channels: WIDTHS[i] ?? 1,
      stride: STRIDES[i] ?? 1,
      repeat: layers,
    };
  });
  return {
    stages,
    input: { channels: 32, resolution: 112 },
    stem: { kernel: 3 },
    head: { channels: 1_280, classes: 1_000 },
  };
}
