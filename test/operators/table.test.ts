import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { CATALOGUE } from '../../src/operators/catalogue.ts';
import { OperatorTable } from '../../src/operators/table.ts';
import { artefacts, cosine, embeddingOf, fileOf, table } from './artefacts.ts';

test('a 3 by 3 convolution is nearer to a 5 by 5 one than to a 3 by 3 max pooling', () => {
  const convolution = embeddingOf('convolution 3 by 3');
  const kin = cosine(convolution, embeddingOf('convolution 5 by 5'));
  const stranger = cosine(convolution, embeddingOf('max pooling 3 by 3'));
  expect(kin).toBeGreaterThan(stranger + 0.2);
});

test('the table holds the catalogue, in its order', () => {
  expect(table.operators).toEqual(CATALOGUE.map(({ description, family }) => ({ op: description, family })));
  expect(table.size).toBe(CATALOGUE.length);
});

test('the words of every format that have a size or a family of sizes are in the table', () => {
  const kernels = [1, 2, 3, 4, 5, 6, 7];
  const expansions = [1, 2, 3, 4, 5, 6];
  const words = [
    ...['input', 'output', 'identity', 'none', 'concatenation', 'addition', 'factorized reduction'],
    ...['global average pooling', 'squeeze and excitation', 'linear layer', 'feed-forward network'],
    ...kernels.flatMap((k) => [
      `convolution ${k} by ${k}`,
      `depthwise convolution ${k} by ${k}`,
      `separable convolution ${k} by ${k}`,
      `deformable convolution ${k} by ${k}`,
      `max pooling ${k} by ${k}`,
      `average pooling ${k} by ${k}`,
      `residual block convolution ${k} by ${k}`,
      `residual bottleneck block convolution ${k} by ${k}`,
      ...expansions.map((e) => `inverted bottleneck convolution ${k} by ${k}, expansion ${e}`),
    ]),
    ...[3, 5, 7].flatMap((k) => [
      `dilated convolution ${k} by ${k}`,
      `dilated separable convolution ${k} by ${k}`,
      `asymmetric convolution 1 by ${k} then ${k} by 1`,
      ...expansions.map(
        (e) => `inverted bottleneck convolution ${k} by ${k}, expansion ${e}, squeeze and excitation`,
      ),
    ]),
  ];
  expect(words.filter((op) => !table.has(op))).toEqual([]);
});

test('the committed files are those whose hashes operators.json tells, below 350 kB together', () => {
  const { files } = artefacts.manifest;
  const found = Object.keys(files).map((name) => [
    name,
    createHash('sha256').update(fileOf(name)).digest('hex'),
  ]);
  expect(Object.fromEntries(found)).toEqual(files);
  const bytes = [...Object.keys(files), 'operators.json'].reduce((sum, name) => sum + fileOf(name).length, 0);
  expect(bytes).toBeLessThanOrEqual(350_000);
});

test('the 64 numbers of every operator are the projection of its 384, to the bit', () => {
  for (const { op } of table.operators) expect(table.vector64(op)).toEqual(table.project(embeddingOf(op)));
});

test('components are orthonormal, and their projections centred and of falling variance', () => {
  const coefficients = new Float32Array(artefacts.coefficients);
  const component = (i: number) => coefficients.subarray(384 * (i + 1), 384 * (i + 2));
  const variances: number[] = [];
  for (let i = 0; i < 64; i++) {
    expect(Math.hypot(...component(i))).toBeCloseTo(1, 5);
    expect(Math.abs(cosine(component(i), component((i + 1) % 64)))).toBeLessThan(1e-5);
    const column = table.operators.map(({ op }) => table.vector64(op)?.[i] ?? Number.NaN);
    expect(column.reduce((sum, x) => sum + x, 0) / column.length).toBeCloseTo(0, 5);
    variances.push(column.reduce((sum, x) => sum + x * x, 0));
  }
  expect(variances).toEqual([...variances].sort((a, b) => b - a));
});

test('the nearest operator to a vector of the table is its own, and neighbours come nearest first', () => {
  for (const { op } of table.operators.filter((_, row) => row % 10 === 0)) {
    const neighbours = table.nearest(embeddingOf(op), 3);
    expect(neighbours).toHaveLength(3);
    expect(neighbours[0]?.op).toBe(op);
    expect(neighbours[0]?.cosine).toBeCloseTo(1, 6);
    expect(neighbours[1]?.cosine).toBeGreaterThanOrEqual(neighbours[2]?.cosine ?? 1);
  }
});

test('words that the table lacks have no vector', () => {
  expect(table.has('coordinate attention 7x7')).toBe(false);
  expect(table.vector64('coordinate attention 7x7')).toBeUndefined();
  expect(table.vector384('coordinate attention 7x7')).toBeUndefined();
});

test('files of different tables are refused together', () => {
  const short = { ...artefacts, projections: artefacts.projections.slice(256) };
  expect(() => new OperatorTable(short)).toThrow(/operators-64\.bin: expected \d+ bytes, found \d+/);
});
