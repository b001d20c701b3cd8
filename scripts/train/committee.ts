/** @file What several networks together make of a space's architectures, for one network to learn. */
import type { BenchmarkTable } from '../data/benchmark-table.ts';
import type { TensorTable } from './batch.ts';
import type { Checkpoint } from './checkpoint.ts';
import type { Shape } from './network.ts';
import { type TensorOptions, tensorsOf } from './tensors.ts';
import { predict } from './trainer.ts';

/**
 * A table's architectures with the members' mean logits in place of anything measured: no label, no proxy. The pupil
 * learns the percentiles of the means.
 */
export async function judgedBy(
  members: readonly Checkpoint[],
  { space, graphs }: Pick<BenchmarkTable, 'space' | 'graphs'>,
  shape: Shape,
  shown: Omit<TensorOptions, 'visible' | 'graphs'>,
): Promise<TensorTable> {
  const { heads } = shown;
  const means = heads.map(() => new Float64Array(graphs.length));
  const columns = Object.fromEntries(heads.map((head, i) => [head, means[i] ?? new Float64Array()]));
  const judged = (): TensorTable => tensorsOf({ space, graphs, columns }, { ...shown, visible: () => true });
  const asked = judged();
  for (const { parameters } of members) {
    const logits = await predict(parameters, asked, shape);
    means.forEach((mean, head) => {
      for (let row = 0; row < mean.length; row++) {
        mean[row] = (mean[row] ?? 0) + (logits[row * heads.length + head] ?? 0) / members.length;
      }
    });
  }
  return judged();
}
