import { nasBenchMacro } from '../formats/nas-bench-macro.ts';
import { chainSpace } from './chain.ts';

const LAYERS = 8;
/** The three networks that make the same choice in every layer. */
const UNIFORM = ['0', '1', '2'].map((digit) => nasBenchMacro(digit.repeat(LAYERS)));
const { stages, input, stem, head } = nasBenchMacro('0'.repeat(LAYERS));

/**
 * NAS-Bench-Macro (Su et al., CVPR 2021): eight layers of a MobileNet-like chain, each left out, a small inverted
 * bottleneck or a large one. 3^8 = 6,561 networks.
 */
export const macroChainSpace = chainSpace({
  id: 'macro-chain',
  title: 'NAS-Bench-Macro',
  positions: stages.map(({ channels, stride, repeat }, layer) => ({
    operators: UNIFORM.flatMap((network) => network.stages[layer]?.op ?? []),
    channels: [channels],
    repeats: [repeat],
    stride,
  })),
  input,
  stem,
  head,
});
