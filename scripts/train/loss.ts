import { nn, numpy as np } from '@jax-js/jax';

/** log(1 + exp(x)) that neither it nor its gradient overflows. Consumes `x`. */
function softplus(x: np.Array): np.Array {
  return nn.relu(x.ref).add(np.log1p(np.exp(np.abs(x).mul(-1))));
}

/**
 * Pairwise logistic ranking loss (RankNet, Burges et al. 2005) within each of several spaces, plus an anchor
 * that holds a logit to its row's percentile. Rows are only ever compared with rows of their own space: the two
 * halves of its batch, row by row.
 *
 * @param logits [spaces, batch, heads]; consumed
 * @param target percentiles in (0, 1) [spaces, batch, heads], anything where unknown; consumed
 * @param known 1 where the target is known, else 0 [spaces, batch, heads]; consumed
 * @param weight of each head in each space [spaces, heads]; consumed
 * @param anchor weight of the percentile's cross-entropy beside the ranking term
 */
export function rankingLoss(
  logits: np.Array,
  target: np.Array,
  known: np.Array,
  weight: np.Array,
  anchor: number,
): np.Array {
  const [spaces = 0, batch = 0, heads = 0] = logits.shape;
  const half = batch / 2;
  const crossed = (column: np.Array): [np.Array, np.Array] => {
    const [first, second] = np.split(column, 2, 1);
    if (first === undefined || second === undefined) throw new RangeError('a batch has two halves');
    return [first.reshape([spaces, half, 1, heads]), second.reshape([spaces, 1, half, heads])];
  };
  const [z1, z2] = crossed(logits.ref);
  const [t1, t2] = crossed(target.ref);
  const [k1, k2] = crossed(known.ref);
  const sign = np.sign(t1.sub(t2));
  const counted = k1.mul(k2).mul(np.abs(sign.ref));
  const pairs = softplus(z1.sub(z2).mul(sign).mul(-1)).mul(counted.ref);
  const ranking = np.sum(pairs, [1, 2]).div(np.sum(counted, [1, 2]).add(1));
  const entropy = softplus(logits.ref).sub(logits.mul(target)).mul(known.ref);
  const anchored = np.sum(entropy, 1).div(np.sum(known, 1).add(1));
  return np.sum(ranking.add(anchored.mul(anchor)).mul(weight));
}
