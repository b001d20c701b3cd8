import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readArchitecture } from '../../src/formats/registry.ts';
import { ArchitectureError } from '../../src/graph/architecture-error.ts';
import { canonicalize } from '../../src/graph/canonicalize.ts';
import { architectureCandidate, keyOf, supernetCandidate } from '../../src/spaces/candidate.ts';
import { defineSpace, type SpaceDefinition } from '../../src/spaces/definition.ts';
import { seededRandom } from '../../src/spaces/random.ts';
import { sizeOf, wholeOf } from '../../src/spaces/space.ts';
import { enumerate, sample } from '../../src/spaces/variation.ts';

const CELL = {
  kind: 'cell',
  id: 'two-ways',
  edges: [
    { from: 'in', to: 'a', choices: ['3x3 convolution', 'max pooling 3 by 3'] },
    { from: 'a', to: 'out', choices: ['identity', 'none', 'linear attention over tokens'] },
    { from: 'in', to: 'out', choices: ['identity', 'none'] },
  ],
  network: { channels: 16, resolution: 32, cells: 5 },
} satisfies SpaceDefinition;

const CHAIN = {
  kind: 'chain',
  positions: [
    { operators: ['MBConv6_k3', 'MBConv3_k5'], channels: [32], repeats: [1, 2], stride: 2 },
    { operators: ['identity', 'multi-head self-attention'], channels: [32, 48] },
  ],
} satisfies SpaceDefinition;

test('operators are taken to their canonical words', () => {
  expect(defineSpace(CELL).slots[0]?.choices).toEqual(['convolution 3 by 3', 'max pooling 3 by 3']);
  expect(defineSpace(CHAIN).slots[0]?.choices).toEqual([
    'inverted bottleneck convolution 3 by 3, expansion 6',
    'inverted bottleneck convolution 5 by 5, expansion 3',
  ]);
});

test('operators that no table lists are choices like any other, and named', () => {
  expect(defineSpace(CELL).operators).toContain('linear attention over tokens');
});

test('width and depth are slots of their own where there is a choice', () => {
  const space = defineSpace(CHAIN);
  expect(space.slots.map(({ name }) => name)).toEqual([
    'position 1 operator',
    'position 1 repeat',
    'position 2 operator',
    'position 2 channels',
  ]);
  expect(sizeOf(space).genomes).toBe(16n);
  const costs = [...enumerate(space)].map((genome) => architectureCandidate(space, genome).cost.params);
  expect(Math.max(...costs)).toBeGreaterThan(Math.min(...costs));
});

test('macro rules set the cost: five cells of 16 channels, each with a 3 by 3 convolution and its normalisation', () => {
  const space = defineSpace(CELL);
  const { cost } = architectureCandidate(space, [0, 0, 1]);
  expect(cost.params).toBe(5 * (9 * 16 * 16 + 2 * 16));
});

test.each([CELL, CHAIN])(
  'every architecture of a $kind space is written, read and built alike',
  (definition) => {
    const space = defineSpace(definition);
    for (const genome of enumerate(space)) {
      const text = space.print(genome);
      expect(space.read(text)).toEqual(genome);
      const { graph } = readArchitecture(space.format, text);
      expect(keyOf(canonicalize(graph))).toBe(architectureCandidate(space, genome).key);
    }
  },
);

test('a small cell space has a supernet that narrows down to its architectures', () => {
  const space = defineSpace(CELL);
  expect(supernetCandidate(space, wholeOf(space))?.graph.nodes.length).toBeGreaterThan(3);
  for (const genome of enumerate(space)) {
    const narrowed = supernetCandidate(
      space,
      genome.map((choice) => [choice]),
    );
    expect(narrowed?.key).toBe(architectureCandidate(space, genome).key);
  }
});

test('a text of another space is refused', () => {
  const space = defineSpace(CELL);
  const other = defineSpace({ ...CELL, network: { channels: 32 } });
  expect(() => space.read(other.print([0, 0, 0]))).toThrow(
    expect.objectContaining({ code: 'architecture-not-in-space' }),
  );
});

const edge = (from: string, to: string, choices = ['identity', 'none']) => ({ from, to, choices });
const cell = (...edges: ReturnType<typeof edge>[]) => ({ kind: 'cell', edges });

describe('a definition that makes no sense is refused with its code and place', () => {
  test.each<[string, string, string, unknown]>([
    ['no kind', 'json-shape', '/kind', { edges: [] }],
    ['an unknown field', 'json-shape', '', { ...CELL, width: 3 }],
    ['no edges', 'json-shape', '/edges', cell()],
    ['an edge without choices', 'json-shape', '/edges/0/choices', cell(edge('in', 'out', []))],
    [
      'more slots than a graph has nodes',
      'json-shape',
      '/edges',
      cell(...Array.from({ length: 63 }, (_, i) => edge('in', `s${i}`))),
    ],
    [
      'an operator of a page',
      'json-shape',
      '/edges/0/choices/0',
      cell(edge('in', 'out', ['x'.repeat(257), 'none'])),
    ],
    ['an edge into the input', 'graph-input-edge', '/edges/0/to', cell(edge('a', 'in'))],
    ['an edge out of the output', 'graph-output-edge', '/edges/0/from', cell(edge('out', 'a'))],
    ['an edge twice', 'space-duplicate-edge', '/edges/1', cell(edge('in', 'out'), edge('in', 'out'))],
    [
      'one operator in two spellings',
      'space-duplicate-choice',
      '/edges/0/choices/1',
      cell(edge('in', 'out', ['3x3 convolution', 'nor_conv_3x3'])),
    ],
    [
      'the output as an operator',
      'space-operator',
      '/edges/0/choices/1',
      cell(edge('in', 'out', ['none', 'output'])),
    ],
    [
      'a state that nothing reaches',
      'space-state-unreachable',
      '/edges/1/from',
      cell(edge('in', 'out'), edge('a', 'out')),
    ],
    [
      'a state that leads nowhere',
      'space-state-unreachable',
      '/edges/1/to',
      cell(edge('in', 'out'), edge('in', 'a')),
    ],
    [
      'a cycle',
      'graph-cycle',
      '/edges/1',
      cell(edge('in', 'a'), edge('a', 'b'), edge('b', 'a'), edge('b', 'out')),
    ],
    ['nothing to choose', 'space-single', '', cell(edge('in', 'out', ['none']))],
    [
      'a width twice',
      'space-duplicate-choice',
      '/positions/0/channels/1',
      { kind: 'chain', positions: [{ operators: ['identity'], channels: [8, 8] }] },
    ],
    [
      'a depth beyond reason',
      'json-shape',
      '/positions/0/repeats/0',
      { kind: 'chain', positions: [{ operators: ['identity'], channels: [8], repeats: [65] }] },
    ],
  ])('%s', (_, code, pointer, definition) => {
    expect(() => defineSpace(definition)).toThrow(
      expect.objectContaining({ code, position: expect.objectContaining({ pointer }) }),
    );
  });
});

test('whatever is given, a definition is a space or an ArchitectureError', () => {
  const names = fc.constantFrom('in', 'out', 'a', 'b', 'c');
  const words = fc.constantFrom('identity', 'none', 'conv 3x3', 'sep_conv_5x5', 'output', '', 'mamba');
  const edges = fc.array(fc.record({ from: names, to: names, choices: fc.array(words, { maxLength: 4 }) }), {
    maxLength: 6,
  });
  const definitions = fc.oneof(fc.record({ kind: fc.constant('cell'), edges }), fc.jsonValue());
  fc.assert(
    fc.property(definitions, (definition) => {
      try {
        const space = defineSpace(definition);
        const genome = sample(space, seededRandom(1)) ?? [];
        expect(space.read(space.print(genome))).toEqual(genome);
      } catch (error) {
        if (!(error instanceof ArchitectureError)) throw error;
      }
    }),
    { numRuns: 500 },
  );
});
