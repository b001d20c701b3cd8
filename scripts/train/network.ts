/**
 * @file The graph convolution network in jax-js, as training sees it.
 *
 *   h0      = relu(x Wx + b)
 *   h(l+1)  = h(l) + relu(h(l) Ws + A (h(l) Wp) + A^T (h(l) Wf) + b)      l = 0..layers-1
 *   r       = relu(sum over nodes of h(L) Wr + b)
 *   logits  = r Wh + b
 *
 * A counts parallel paths. Every activation is non-negative, so that the quantized network keeps it in seven
 * bits. With `steps` given, activations are rounded to them as the int8 network will round, the gradient passing
 * straight through (Jacob et al. 2018).
 */
import { lax, nn, numpy as np } from '@jax-js/jax';
import { NODE_FEATURES } from '../../src/predictor/encode.ts';

export interface Shape {
  readonly features: number;
  readonly hidden: number;
  readonly layers: number;
  readonly readout: number;
  readonly heads: number;
}

/** Parameter names with their shapes, in the order in which they are stored. */
export function parameterShapes(shape: Shape): Record<string, readonly number[]> {
  const { features, hidden, layers, readout, heads } = shape;
  const shapes: Record<string, readonly number[]> = { Wx: [features, hidden], bx: [hidden] };
  for (let l = 0; l < layers; l++) {
    shapes[`Ws${l}`] = [hidden, hidden];
    shapes[`Wp${l}`] = [hidden, hidden];
    shapes[`Wf${l}`] = [hidden, hidden];
    shapes[`b${l}`] = [hidden];
  }
  shapes.Wr = [hidden, readout];
  shapes.br = [readout];
  shapes.Wh = [readout, heads];
  shapes.bh = [heads];
  return shapes;
}

export const DEFAULT_SHAPE: Shape = {
  features: NODE_FEATURES,
  hidden: 64,
  layers: 3,
  readout: 64,
  heads: 1,
};

export type Arrays = Record<string, np.Array>;

function fakeQuantize(x: np.Array, step: number | undefined): np.Array {
  if (step === undefined) return x;
  const rounded = np.clip(np.round(x.ref.div(step)), 0, 127).mul(step);
  // Past the clip the gradient must not flow: clip x itself, then step over the rounding.
  const clipped = np.clip(x, 0, 127 * step);
  return clipped.ref.add(lax.stopGradient(rounded.sub(clipped)));
}

/**
 * Logits of a batch.
 *
 * @param p parameters; consumed
 * @param x node features [batch, nodes, features]; consumed
 * @param a path counts [batch, nodes, nodes], entry [to, from]; consumed
 * @param mask 1 for a node, 0 for padding [batch, nodes, 1]; consumed
 * @returns [batch, heads]
 */
export function forward(
  p: Arrays,
  x: np.Array,
  a: np.Array,
  mask: np.Array,
  shape: Shape,
  steps?: readonly number[],
  onActivation?: (activation: np.Array) => void,
): np.Array {
  const kept = (activation: np.Array): np.Array => {
    onActivation?.(activation.ref);
    return activation;
  };
  const weight = (name: string): np.Array => {
    const array = p[name];
    if (array === undefined) throw new RangeError(`no parameter ${name}`);
    return array;
  };
  let h = nn.relu(np.matmul(x, weight('Wx')).add(weight('bx')));
  h = kept(fakeQuantize(h, steps?.[0]));
  const transposed = np.transpose(a.ref, [0, 2, 1]);
  for (let l = 0; l < shape.layers; l++) {
    const last = l === shape.layers - 1;
    const own = np.matmul(h.ref, weight(`Ws${l}`));
    const before = np.matmul(last ? a : a.ref, np.matmul(h.ref, weight(`Wp${l}`)));
    const after = np.matmul(last ? transposed : transposed.ref, np.matmul(h.ref, weight(`Wf${l}`)));
    const update = nn.relu(
      own
        .add(before)
        .add(after)
        .add(weight(`b${l}`)),
    );
    h = kept(fakeQuantize(h.add(update), steps?.[l + 1]));
  }
  const nodes = np.matmul(h.mul(mask), weight('Wr'));
  let r = nn.relu(np.sum(nodes, 1).add(weight('br')));
  r = kept(fakeQuantize(r, steps?.[shape.layers + 1]));
  return np.matmul(r, weight('Wh')).add(weight('bh'));
}
