import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { OnnxGraph } from '../../scripts/onnx/onnx-writer.ts';
import { MAX_SENT_BYTES } from '../../src/formats/onnx.ts';
import { readArchitecture } from '../../src/formats/registry.ts';
import { ArchitectureError } from '../../src/graph/architecture-error.ts';
import { canonicalize } from '../../src/graph/canonicalize.ts';
import { costOf } from '../../src/graph/cost.ts';
import { MAX_NODES, type OperatorGraph, type OperatorNode } from '../../src/graph/operator-graph.ts';
import { errorOf } from '../graph/error-of.ts';

/** Files that PyTorch exported, with the values of their weights taken out. */
const fixture = (name: string): Uint8Array =>
  new Uint8Array(readFileSync(join(import.meta.dirname, '../fixtures', `${name}.onnx`)));

function read(file: Uint8Array) {
  const { graph, skeleton } = readArchitecture('onnx', file);
  return { graph: canonicalize(graph), cost: costOf(graph, skeleton) };
}

const inner = ({ nodes }: OperatorGraph): OperatorNode[] =>
  nodes.filter(({ op }) => op !== 'input' && op !== 'output');
const opsOf = (graph: OperatorGraph): string[] => inner(graph).map(({ op }) => op);

describe('a file that PyTorch exported', () => {
  // Parameters as PyTorch counts them; multiply-adds as the papers give them, where they do.
  test.each([
    ['resnet18', 11_689_512, 1.82e9],
    ['mobilenetv2', 3_504_872, 0.3e9],
    ['vit-small', 2_158_504, undefined],
    ['text-encoder', 638_794, undefined],
  ])('%s has its params within 1%%, and its multiply-adds', (name, params, flops) => {
    const { cost } = read(fixture(name));
    expect(Math.abs(cost.params / params - 1)).toBeLessThan(0.01);
    if (flops !== undefined) expect(Math.abs(cost.flops / flops - 1)).toBeLessThan(0.03);
  });

  test('ResNet-18 is its convolutions, pooling and classifier', () => {
    const { graph, cost } = read(fixture('resnet18'));
    expect(cost.depth).toBe(18);
    expect(cost.operators).toMatchObject({
      'convolution 7 by 7': 1,
      'convolution 3 by 3': 16,
      'convolution 1 by 1': 3,
      'max pooling 3 by 3': 1,
      'global average pooling': 1,
      'linear layer': 1,
    });
    const strides = inner(graph).reduce(
      (product, { op, stride = 1 }) => (op === 'convolution 1 by 1' ? product * stride : product),
      1,
    );
    expect(strides).toBe(8);
  });

  test('MobileNetV2 is a chain of inverted bottlenecks', () => {
    const { graph } = read(fixture('mobilenetv2'));
    const blocks = inner(graph).filter(
      ({ op }) => op === 'inverted bottleneck convolution 3 by 3, expansion 6',
    );
    expect(blocks).toHaveLength(16);
    expect(blocks.map(({ channelsOut = 1 }) => 32 * channelsOut)).toEqual([
      ...[24, 24, 32, 32, 32, 64, 64, 64, 64],
      ...[96, 96, 96, 160, 160, 160, 320],
    ]);
    expect(blocks.flatMap(({ stride = 1 }, i) => (stride === 2 ? [i] : []))).toEqual([0, 2, 5, 12]);
    expect(graph.edges).toHaveLength(graph.nodes.length - 1);
  });

  test('a vision transformer is patches, attention and feed-forward networks', () => {
    expect(opsOf(read(fixture('vit-small')).graph)).toEqual([
      'patch embedding 16 by 16',
      ...[1, 2, 3, 4].flatMap(() => ['multi-head self-attention', 'feed-forward network']),
      'linear layer',
    ]);
  });

  test("PyTorch's own encoder layer, normalized after each half, is recognised too", () => {
    expect(opsOf(read(fixture('text-encoder')).graph)).toEqual([
      'token embedding',
      'multi-head self-attention',
      'feed-forward network',
      'global average pooling',
      'linear layer',
    ]);
  });
});

const weights = (size: number): Float32Array => new Float32Array(size);

/** A network of 3 by 3 convolutions, `build` between the input of 8 channels and the output. */
function network(build: (graph: OnnxGraph, x: string) => string): Uint8Array {
  const graph = new OnnxGraph('test');
  const x = graph.input('x', 'float32', [1, 8, 16, 16]);
  graph.output(build(graph, x), 'float32', [1, 8, 16, 16]);
  return graph.encode();
}

let kernels = 0;
function convolution(
  graph: OnnxGraph,
  x: string,
  { side = 3, into = 8, out = 8, group = 1, stride = 1, dilation = 1 } = {},
): string {
  kernels += 1;
  const dims = [out, into / group, side, side];
  const kernel = graph.constant(`kernel ${kernels}`, dims, weights(dims.reduce((a, b) => a * b, 1)));
  const pad = (dilation * (side - 1)) / 2;
  return graph.node('Conv', [x, kernel], {
    kernel_shape: [side, side],
    group,
    strides: [stride, stride],
    dilations: [dilation, dilation],
    pads: [pad, pad, pad, pad],
  });
}

describe('a hand-made model', () => {
  test.each([
    [{ side: 5 }, 'convolution 5 by 5'],
    [{ group: 8 }, 'depthwise convolution 3 by 3'],
    [{ group: 4 }, 'grouped convolution 3 by 3, 4 groups'],
    [{ dilation: 2 }, 'dilated convolution 3 by 3'],
    [{ dilation: 4 }, 'dilated convolution 3 by 3, dilation 4'],
  ])('with a convolution of %j has "%s"', (options, words) => {
    const { graph } = read(network((onnx, x) => convolution(onnx, x, options)));
    expect(opsOf(graph)).toEqual([words]);
  });

  test('reads the same with and without normalization, activation, dropout, casts and reshapes', () => {
    const plain = read(network((onnx, x) => convolution(onnx, convolution(onnx, x))));
    const dressed = read(
      network((onnx, x) => {
        const statistics = ['scale', 'shift', 'mean', 'variance'].map((name) =>
          onnx.constant(name, [8], weights(8)),
        );
        const normal = onnx.node('BatchNormalization', [convolution(onnx, x), ...statistics]);
        const swish = onnx.node('Mul', [normal, onnx.node('Sigmoid', [normal])]);
        const dropped = onnx.node('Dropout', [onnx.node('Identity', [swish])]);
        const flat = onnx.node('Reshape', [dropped, onnx.int64('flat', [1, 8, -1])]);
        const shape = onnx.node('Shape', [dropped]);
        return convolution(onnx, onnx.node('Cast', [onnx.node('Reshape', [flat, shape])], { to: 1 }));
      }),
    );
    expect(inner(dressed.graph).map(({ id: _id, ...node }) => node)).toEqual(
      inner(plain.graph).map(({ id: _id, ...node }) => node),
    );
    // Scale and shift are trained, mean and variance are not.
    expect(dressed.cost.params).toBe(plain.cost.params + 16);
  });

  test('has a sum of two paths as two edges, and a concatenation as a node', () => {
    const sum = read(
      network((onnx, x) => onnx.node('Add', [convolution(onnx, x), convolution(onnx, x, { side: 1 })])),
    );
    expect(opsOf(sum.graph).sort()).toEqual(['convolution 1 by 1', 'convolution 3 by 3']);
    const joined = read(
      network((onnx, x) =>
        convolution(onnx, onnx.node('Concat', [convolution(onnx, x), x], { axis: 1 }), { into: 16 }),
      ),
    );
    expect(opsOf(joined.graph)).toContain('concatenation');
  });

  test('whose channels are weighted by their means has squeeze and excitation', () => {
    const { graph } = read(
      network((onnx, x) => {
        const y = convolution(onnx, x);
        const squeezed = convolution(onnx, onnx.node('GlobalAveragePool', [y]), { side: 1, out: 2 });
        const gate = convolution(onnx, onnx.node('Relu', [squeezed]), { side: 1, into: 2 });
        return onnx.node('Mul', [y, onnx.node('Sigmoid', [gate])]);
      }),
    );
    expect(opsOf(graph)).toEqual(['convolution 3 by 3', 'squeeze and excitation']);
  });

  test('with a feed-forward network behind a depthwise convolution and a connection around both is ConvNeXt', () => {
    const { graph } = read(
      network((onnx, x) => {
        const start = convolution(onnx, x);
        const filtered = convolution(onnx, start, { side: 7, group: 8 });
        const pixels = onnx.node('Transpose', [filtered], { perm: [0, 2, 3, 1] });
        const wide = onnx.node('MatMul', [pixels, onnx.constant('wide', [8, 32], weights(256))]);
        const narrow = onnx.constant('narrow', [32, 8], weights(256));
        const mixed = onnx.node('MatMul', [onnx.node('Relu', [wide]), narrow]);
        const y = onnx.node('Transpose', [mixed], { perm: [0, 3, 1, 2] });
        return onnx.node('Add', [start, y]);
      }),
    );
    expect(opsOf(graph)).toEqual(['convolution 3 by 3', 'ConvNeXt block 7 by 7']);
    expect(graph.edges).toHaveLength(3);
  });

  test('with more layers than a graph may have is condensed into stages of residual blocks', () => {
    const { graph, cost } = read(
      network((onnx, x) => {
        let y = convolution(onnx, x);
        for (let block = 0; block < 100; block++) {
          y = onnx.node('Add', [convolution(onnx, onnx.node('Relu', [convolution(onnx, y)])), y]);
        }
        return y;
      }),
    );
    expect(graph.nodes.length).toBeLessThanOrEqual(MAX_NODES);
    expect(inner(graph).map(({ op, repeat = 1 }) => [op, repeat])).toEqual([
      ['convolution 3 by 3', 1],
      ['residual block convolution 3 by 3', 100],
    ]);
    expect(cost.depth).toBe(201);
    expect(cost.params).toBe(201 * 9 * 64);
  });

  test('of an operator that nobody knows keeps it, in words', () => {
    const { graph } = read(network((onnx, x) => onnx.node('FancyTokenMixer', [convolution(onnx, x)])));
    expect(opsOf(graph)).toEqual(['convolution 3 by 3', 'fancy token mixer']);
  });

  test('costs the same in base64', () => {
    const file = network((onnx, x) => convolution(onnx, x));
    const { text } = readArchitecture('onnx', file);
    expect(readArchitecture('onnx', Buffer.from(file).toString('base64')).text).toBe(text);
    expect(readArchitecture('onnx', text).text).toBe(text);
  });

  test('that reads a tensor nobody gives is refused by its name', () => {
    const error = errorOf(() => read(network((onnx) => convolution(onnx, 'nowhere'))));
    expect(error.code).toBe('onnx-unknown-tensor');
    expect(error.message).toContain('nowhere');
  });
});

describe('what is no ONNX file', () => {
  const file = fixture('resnet18');

  /** Reads, and lets nothing but an ArchitectureError out. */
  function readOrRefuse(bytes: Uint8Array): void {
    try {
      const { text } = readArchitecture('onnx', bytes);
      expect(readArchitecture('onnx', text).text).toBe(text);
    } catch (error) {
      if (!(error instanceof ArchitectureError)) throw error;
    }
  }

  test('is refused wherever the file is cut', () => {
    for (let length = 0; length < file.length; length += 97) {
      const error = errorOf(() => readArchitecture('onnx', file.slice(0, length)));
      expect(error.code).toBe('onnx-malformed');
    }
  });

  test('is refused when noise', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 400 }), readOrRefuse), { numRuns: 2_000 });
  });

  test('is refused, or read as a network that its text says too, with any bytes changed', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('resnet18', 'mobilenetv2', 'vit-small', 'text-encoder'),
        fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 3 }),
        (name, changes) => {
          const changed = fixture(name);
          for (const [at, value] of changes) changed[at % changed.length] = value;
          readOrRefuse(changed);
        },
      ),
      { numRuns: 3_000 },
    );
  }, 60_000);

  test('is refused when it claims a gigabyte that is not there, without reserving it', () => {
    // Field 7 (the graph), length-delimited, of 2^30 bytes; then the same for a node, a tensor and a name.
    const gigabyte = [0x80, 0x80, 0x80, 0x80, 0x04];
    const before = process.memoryUsage().arrayBuffers;
    for (const claim of [[0x3a], [0x3a, 0x20, 0x0a], [0x3a, 0x20, 0x2a], [0x3a, 0x20, 0x2a, 0x1e, 0x42]]) {
      const bytes = Uint8Array.from([...claim, ...gigabyte, ...new Array<number>(64).fill(1)]);
      expect(errorOf(() => readArchitecture('onnx', bytes)).code).toBe('onnx-malformed');
    }
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(10_000_000);
  });

  test('is refused as text of more than 20 MB', () => {
    const error = errorOf(() => readArchitecture('onnx', 'A'.repeat((4 * MAX_SENT_BYTES) / 3 + 5)));
    expect(error.code).toBe('onnx-too-large');
  });

  test('is refused when axes are added without end', () => {
    const unsqueezed = network((onnx, x) => {
      let y = x;
      for (let i = 0; i < 400; i++) {
        y = onnx.node('Unsqueeze', [y, onnx.int64(`axes ${i}`, [...new Array(64).keys()])]);
      }
      return convolution(onnx, y);
    });
    expect(errorOf(() => readArchitecture('onnx', unsqueezed)).code).toBe('onnx-shape-unknown');
  });

  test('is refused in bounded time when every byte begins a node', () => {
    const nodes = new Uint8Array(MAX_SENT_BYTES);
    // The graph takes up the file; each node has a type of one letter.
    nodes.set([0x3a, 0xfa, 0xd9, 0xc4, 0x09]);
    for (let at = 5; at + 5 <= nodes.length; at += 5) nodes.set([0x0a, 0x03, 0x22, 0x01, 0x41], at);
    expect(errorOf(() => readArchitecture('onnx', nodes)).code).toBe('onnx-malformed');
  }, 10_000);
});
