import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { costOf } from '../../../src/graph/cost.ts';
import { defineSpace } from '../../../src/spaces/definition.ts';
import { exportArchitecture } from '../../../src/spaces/export/export.ts';
import { seededRandom } from '../../../src/spaces/random.ts';
import { SPACES, spaceOf } from '../../../src/spaces/registry.ts';
import type { Space } from '../../../src/spaces/space.ts';
import { sample } from '../../../src/spaces/variation.ts';

/** Reads a list of sources; tells of each its classes, and how often an operator is made in each. */
const READER = `
import ast, json, sys
told = []
for source in json.load(sys.stdin):
    classes = {}
    for node in ast.parse(source).body:
        if isinstance(node, ast.ClassDef):
            classes[node.name] = sum(
                isinstance(part, ast.Assign) and isinstance(part.targets[0], ast.Attribute)
                and part.targets[0].attr.startswith("op_") for part in ast.walk(node))
    told.append(classes)
json.dump(told, sys.stdout)
`;

function readByPython(sources: readonly string[]): Record<string, number>[] {
  const options = { input: JSON.stringify(sources), encoding: 'utf8' } as const;
  const { stdout, stderr, status } = spawnSync('python3', ['-c', READER], options);
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout);
}

const samples = (space: Space): string[] => {
  const random = seededRandom(1);
  return Array.from({ length: 10 }, () => sample(space, random)).flatMap((genome) =>
    genome === undefined ? [] : [exportArchitecture(space, genome, 'pytorch').text],
  );
};

test.each([...SPACES.keys()])('architectures of %s are Python, and a Network', (id) => {
  const sources = samples(spaceOf(id));
  for (const classes of readByPython(sources)) expect(Object.keys(classes).at(-1)).toBe('Network');
});

test('a cell has an operator for each edge of NAS-Bench-201, eight for each cell of DARTS', () => {
  for (const { Cell } of readByPython(samples(spaceOf('nas-bench-201')))) expect(Cell).toBe(6);
  for (const { NormalCell, ReductionCell } of readByPython(samples(spaceOf('darts')))) {
    expect([NormalCell, ReductionCell]).toEqual([8, 8]);
  }
});

test('a vertex of NAS-Bench-101 is one operator', () => {
  const space = spaceOf('nas-bench-101');
  const genome = space.read('0110000100010000 input|conv3x3-bn-relu|maxpool3x3|output');
  const [classes] = readByPython([exportArchitecture(space, genome, 'pytorch').text]);
  expect(classes?.Cell).toBe(2);
});

const CELL = defineSpace({
  kind: 'cell',
  edges: [
    { from: 'in', to: 'a', choices: ['conv 3x3', 'gelu', 'retention, 8 heads'] },
    { from: 'a', to: 'out', choices: ['max pooling 3 by 3', 'identity'] },
  ],
});

test("a caller's own space is exported where its operators are known, and refused by name where not", () => {
  const [classes] = readByPython([exportArchitecture(CELL, [0, 1], 'pytorch').text]);
  expect(classes?.Cell).toBe(2);
  expect(exportArchitecture(CELL, [1, 0], 'pytorch').text).toContain('nn.GELU()');
  expect(() => exportArchitecture(CELL, [2, 0], 'pytorch')).toThrow(
    expect.objectContaining({
      code: 'operator-not-in-pytorch',
      message: expect.stringContaining('"retention, 8 heads"'),
    }),
  );
});

test('words of a caller cannot become code', () => {
  const operator = 'grouped convolution 3 by 3, 8 groups\nimport os';
  const space = defineSpace({
    kind: 'cell',
    edges: [{ from: 'in', to: 'out', choices: [operator, 'identity'] }],
  });
  const { text } = exportArchitecture(space, [0], 'pytorch');
  expect(text.split('\n').filter((line) => line.startsWith('import'))).toEqual(['import torch']);
});

test('the graph as JSON and as DOT has the nodes that count, and the cost', () => {
  const space = spaceOf('nas-bench-201');
  const genome = space.read(
    '|nor_conv_3x3~0|+|none~0|skip_connect~1|+|none~0|skip_connect~1|nor_conv_3x3~2|',
  );
  const { cost, graph } = JSON.parse(exportArchitecture(space, genome, 'json').text);
  const { graph: written, skeleton } = space.network(genome);
  expect(cost.params).toBe(costOf(written, skeleton).params);
  expect(graph.nodes.map(({ op }: { op: string }) => op)).toEqual([
    'input',
    'convolution 3 by 3',
    'convolution 3 by 3',
    'output',
  ]);
  expect(exportArchitecture(space, genome, 'dot').text).toBe(`digraph "nas-bench-201" {
  rankdir=TB;
  node [shape=box, style=rounded, fontname="Helvetica"];
  n0 [label="input"];
  n1 [label="convolution 3 by 3"];
  n2 [label="convolution 3 by 3"];
  n3 [label="output"];
  n0 -> n1;
  n1 -> n2;
  n1 -> n3;
  n2 -> n3;
}
`);
});

test('only DARTS has genotypes', () => {
  const darts = spaceOf('darts');
  const genome = darts.slots.map(() => 0);
  expect(exportArchitecture(darts, genome, 'genotype').text).toMatch(/^Genotype\(normal=\[/);
  expect(() => exportArchitecture(spaceOf('macro-chain'), [0, 0, 0, 0, 0, 0, 0, 0], 'genotype')).toThrow(
    expect.objectContaining({ code: 'export-not-for-space' }),
  );
});
