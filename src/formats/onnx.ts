/**
 * ONNX models: the graph of a file, its weights left aside, as a graph of operators in words. Given as the bytes
 * of the file, or as text: the same bytes in base64, or the JSON that `print` writes.
 */
import { z } from 'zod';
import { ArchitectureError } from '../graph/architecture-error.ts';
import type { Skeleton } from '../graph/cost.ts';
import { graphOf, INPUT, type OperatorGraph, type OperatorNode, OUTPUT } from '../graph/operator-graph.ts';
import type { Format } from './format.ts';
import { looksLikeJson, parseJson, shaped } from './json-value.ts';
import { mergeBlocks } from './onnx/blocks.ts';
import { lower } from './onnx/layers.ts';
import { readOnnx } from './onnx/model.ts';
import { inferShapes } from './onnx/shapes.ts';
import { tally } from './onnx/tally.ts';

/** A network as its file has it: plain data, without weights. */
export interface OnnxNetwork {
  readonly nodes: readonly OperatorNode[];
  /** From id to id; `in` and `out` are the ends. */
  readonly edges: readonly (readonly [from: string, to: string])[];
  /** Counted layer by layer from the file. */
  readonly cost: { readonly params: number; readonly flops: number };
}

/** Convolution, ReLU, global pooling and classifier, without the values of their weights. */
const EXAMPLE =
  'CAgSADrVAQo5CgF4CgFrEgFhIgRDb252KhUKDGtlcm5lbF9zaGFwZUADQAOgAQcqEQoEcGFkc0ABQAFAAUABoAEHCgwKAWES' +
  'AWIiBFJlbHUKGQoBYhIBYyIRR2xvYmFsQXZlcmFnZVBvb2wKDwoBYxIBZCIHRmxhdHRlbgoPCgFkCgF3EgF5IgRHZW1tEgFn' +
  'Kg0IEAgDCAMIAxABQgFrKgkIEAgKEAFCAXdaGwoBeBIWChQIARIQCgIIAQoCCAMKAgggCgIIIGITCgF5Eg4KDAgBEggKAggB' +
  'CgIICkICEBE=';

/** Longest file that is taken as text or over HTTP. One that is already here may be longer, as most of it is skipped. */
export const MAX_SENT_BYTES = 20_000_000;

const IN = 'in';
const OUT = 'out';

const whole = z.number().nonnegative().max(Number.MAX_SAFE_INTEGER);
const id = z.string().min(1).max(64);
const JSON_NETWORK = z.strictObject({
  nodes: z
    .array(
      z.strictObject({
        id,
        op: z.string().trim().min(1).max(256),
        channelsIn: z.number().positive().exactOptional(),
        channelsOut: z.number().positive().exactOptional(),
        resolution: z.number().positive().exactOptional(),
        stride: z.number().positive().exactOptional(),
        repeat: z.int().min(1).max(10_000).exactOptional(),
      }),
    )
    .max(1_024),
  edges: z.array(z.tuple([id, id])).max(4_096),
  cost: z.strictObject({ params: whole, flops: whole }),
});

/** The file behind base64 text. */
function decoded(text: string): Uint8Array {
  const bare = text.trim();
  if (bare.length > (4 * MAX_SENT_BYTES) / 3 + 4) {
    throw new ArchitectureError('onnx-too-large', `an ONNX file may have at most ${MAX_SENT_BYTES} bytes`);
  }
  const wrong = bare.search(/[^A-Za-z0-9+/=]/);
  try {
    if (wrong < 0) return Uint8Array.from(atob(bare), (character) => character.charCodeAt(0));
  } catch {
    // Told below, as for characters that are not of base64.
  }
  throw new ArchitectureError('onnx-syntax', 'expected an ONNX file in base64, or the JSON of one', {
    pointer: '',
    offset: Math.max(0, wrong),
  });
}

function networkOf(file: Uint8Array): OnnxNetwork {
  const model = readOnnx(file);
  const tensors = inferShapes(model);
  const { blocks, outputs } = mergeBlocks(lower(model, tensors));
  const [input, ...inner] = blocks;
  const first = inner.find((block) => block !== undefined);
  const width = first?.channelsOut ?? 1;
  const size = input?.side ?? 1;
  const name = (at: number): string => (at === 0 ? IN : `${at}`);
  const nodes = inner.flatMap((block, i): OperatorNode[] => {
    if (block === undefined) return [];
    const { op, channelsIn, channelsOut, side, stride, repeat } = block;
    return [
      {
        id: name(i + 1),
        op,
        channelsIn: channelsIn / width,
        channelsOut: channelsOut / width,
        ...(size > 1 ? { resolution: side / size } : {}),
        ...(stride === 1 ? {} : { stride }),
        ...(repeat === 1 ? {} : { repeat }),
      },
    ];
  });
  const edges = blocks.flatMap((block, at) =>
    (block?.inputs ?? []).map((from): [string, string] => [name(from), name(at)]),
  );
  for (const output of outputs) edges.push([name(output), OUT]);
  return { nodes, edges, cost: tally(model, tensors) };
}

export const onnx: Format<OnnxNetwork> = {
  id: 'onnx',
  title: 'ONNX model file (its graph; weights are skipped)',
  example: EXAMPLE,
  parse(given) {
    if (given instanceof Uint8Array) return networkOf(given);
    if (typeof given !== 'string') return shaped(JSON_NETWORK, given);
    return looksLikeJson(given) ? shaped(JSON_NETWORK, parseJson(given)) : networkOf(decoded(given));
  },
  print({ nodes, edges, cost }) {
    return JSON.stringify({ nodes, edges, cost });
  },
  graph({ nodes, edges }): OperatorGraph {
    return graphOf([{ id: IN, op: INPUT }, ...nodes, { id: OUT, op: OUTPUT }], edges);
  },
  skeleton({ cost }): Skeleton {
    return { fixed: [{ kind: 'counted', params: cost.params, flops: cost.flops }], stages: [] };
  },
};
