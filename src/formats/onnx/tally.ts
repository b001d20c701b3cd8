/** What an ONNX network costs, layer by layer, from the shapes of its tensors. */
import { ArchitectureError } from '../../graph/architecture-error.ts';
import type { OnnxModel, OnnxNode } from './model.ts';
import type { Shape, Tensors } from './shapes.ts';

export interface Tally {
  /** Trainable weights. */
  readonly params: number;
  /** Multiply-adds of one forward pass, counted as `graph/cost.ts` counts them. */
  readonly flops: number;
}

const sizeOf = (shape: Shape): number => shape.reduce((product, size) => product * size, 1);

/** Running mean and variance: kept in the file, but not trained. */
const STATISTICS: Readonly<Record<string, readonly number[]>> = { BatchNormalization: [3, 4] };

/** Weights of the network: tensors of the file that some node reads, each once. */
function paramsOf({ nodes, initializers }: OnnxModel): number {
  const counted = new Set<string>();
  let params = 0;
  for (const { type, inputs } of nodes) {
    inputs.forEach((name, at) => {
      const tensor = initializers.get(name);
      if (tensor === undefined || counted.has(name) || STATISTICS[type]?.includes(at)) return;
      // Numbers without axes are constants of a formula.
      if (!tensor.couldBeWeights || tensor.dims.length === 0) return;
      counted.add(name);
      params += sizeOf(tensor.dims);
    });
  }
  return params;
}

const PER_ELEMENT: Readonly<Record<string, number>> = {
  BatchNormalization: 2,
  LayerNormalization: 2,
  InstanceNormalization: 2,
  GroupNormalization: 2,
  ...Object.fromEntries(
    [
      ...[
        'Relu',
        'LeakyRelu',
        'PRelu',
        'Elu',
        'Selu',
        'Gelu',
        'Erf',
        'Sigmoid',
        'HardSigmoid',
        'HardSwish',
        'Tanh',
      ],
      ...['Softplus', 'Clip', 'Mish', 'Softmax'],
    ].map((type) => [type, 1]),
  ),
};

function flopsOf(node: OnnxNode, tensors: Tensors): number {
  const needed = (name: string | undefined): Shape => {
    const shape = tensors.shapeOf(name);
    if (shape !== undefined) return shape;
    throw new ArchitectureError(
      'onnx-shape-unknown',
      `the shape of "${name?.slice(0, 64)}", which ${node.type} works on, cannot be told: export with fixed input sizes, or run onnx.shape_inference first`,
    );
  };
  const { type, inputs, outputs } = node;
  if (outputs[0] === undefined || inputs.every((name) => tensors.isConstant(name))) return 0;
  switch (type) {
    case 'Conv':
      return sizeOf(needed(inputs[1])) * sizeOf(needed(outputs[0]).slice(2));
    case 'ConvTranspose':
      return sizeOf(needed(inputs[1])) * sizeOf(needed(inputs[0]).slice(2));
    case 'Gemm':
    case 'MatMul': {
      const a = needed(inputs[0]);
      return sizeOf(needed(outputs[0])) * (a.at(node.attributes.transA?.int === 1 ? 0 : -1) ?? 1);
    }
    case 'MaxPool':
    case 'AveragePool':
      return sizeOf(needed(outputs[0])) * sizeOf(node.attributes.kernel_shape?.ints ?? []);
    case 'GlobalAveragePool':
    case 'GlobalMaxPool':
      return sizeOf(needed(inputs[0]));
    case 'LSTM':
    case 'GRU':
    case 'RNN':
      return (sizeOf(needed(inputs[1])) + sizeOf(needed(inputs[2]))) * (needed(inputs[0])[0] ?? 1);
    default: {
      const work = PER_ELEMENT[type];
      const shape = tensors.shapeOf(outputs[0]);
      return work === undefined || shape === undefined ? 0 : work * sizeOf(shape);
    }
  }
}

/**
 * @throws ArchitectureError `onnx-shape-unknown` when the size of a layer with weights cannot be told,
 * `onnx-size-implausible` when there is more to count than numbers can
 */
export function tally(model: OnnxModel, tensors: Tensors): Tally {
  const params = paramsOf(model);
  const flops = model.nodes.reduce((sum, node) => sum + flopsOf(node, tensors), 0);
  if (params > Number.MAX_SAFE_INTEGER || flops > Number.MAX_SAFE_INTEGER) {
    throw new ArchitectureError('onnx-size-implausible', 'the sizes of the tensors are those of no network');
  }
  return { params, flops };
}
