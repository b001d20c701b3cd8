import { describe, expect, test } from 'vitest';
import { darts } from '../../src/formats/darts.ts';
import { canonicalize } from '../../src/graph/canonicalize.ts';
import { costOf } from '../../src/graph/cost.ts';
import { errorOf } from '../graph/error-of.ts';

/** As the authors' genotypes.py has them. */
const DARTS_V1 = `DARTS_V1 = Genotype(normal=[('sep_conv_3x3', 1), ('sep_conv_3x3', 0), ('skip_connect', 0), ('sep_conv_3x3', 1), ('skip_connect', 0), ('sep_conv_3x3', 1), ('sep_conv_3x3', 0), ('skip_connect', 2)], normal_concat=[2, 3, 4, 5], reduce=[('max_pool_3x3', 0), ('max_pool_3x3', 1), ('skip_connect', 2), ('max_pool_3x3', 0), ('max_pool_3x3', 0), ('skip_connect', 2), ('skip_connect', 2), ('avg_pool_3x3', 0)], reduce_concat=[2, 3, 4, 5])`;
const DARTS_V2 = `DARTS_V2 = Genotype(normal=[('sep_conv_3x3', 0), ('sep_conv_3x3', 1), ('sep_conv_3x3', 0), ('sep_conv_3x3', 1), ('sep_conv_3x3', 1), ('skip_connect', 0), ('skip_connect', 0), ('dil_conv_3x3', 2)], normal_concat=[2, 3, 4, 5], reduce=[('max_pool_3x3', 0), ('max_pool_3x3', 1), ('skip_connect', 2), ('max_pool_3x3', 1), ('max_pool_3x3', 0), ('skip_connect', 2), ('skip_connect', 2), ('max_pool_3x3', 1)], reduce_concat=[2, 3, 4, 5])`;
/** PC_DARTS_cifar of the authors' genotypes.py. */
const PC_DARTS = `Genotype(normal=[('sep_conv_3x3', 1), ('skip_connect', 0), ('sep_conv_3x3', 0), ('dil_conv_3x3', 1), ('sep_conv_5x5', 0), ('sep_conv_3x3', 1), ('avg_pool_3x3', 0), ('dil_conv_3x3', 1)], normal_concat=range(2, 6), reduce=[('sep_conv_5x5', 1), ('max_pool_3x3', 0), ('sep_conv_5x5', 1), ('sep_conv_5x5', 2), ('sep_conv_3x3', 0), ('sep_conv_3x3', 3), ('sep_conv_3x3', 1), ('sep_conv_3x3', 2)], reduce_concat=range(2, 6))`;

const costOfText = (text: unknown) => {
  const genotype = darts.parse(text);
  return costOf(darts.graph(genotype), darts.skeleton(genotype));
};

/** A small genotype to bend. */
const SMALL = {
  normal: [
    ['sep_conv_3x3', 0],
    ['skip_connect', 1],
    ['conv_7x1_1x7', 2],
    ['none', 0],
  ],
  normal_concat: [2, 3],
  reduce: [
    ['max_pool_5x5', 0],
    ['skip_connect', 1],
  ],
  reduce_concat: [2],
};
const SMALL_TEXT = darts.print(darts.parse(SMALL));

describe('published networks', () => {
  test.each([
    ['DARTS, second order: 3.3 M', DARTS_V2, 3.3],
    ['DARTS, first order: 3.2 M', DARTS_V1, 3.2],
    ['PC-DARTS: 3.6 M', PC_DARTS, 3.6],
  ])('%s params', (_, text, millions) => {
    const { params } = costOfText(text);
    expect(Math.abs(params / 1e6 / millions - 1)).toBeLessThan(0.02);
  });

  test("DARTS_V2 has what `param size = 3.349342MB` in its authors' log says", () => {
    expect(costOfText(DARTS_V2).params).toBe(3_349_342);
  });

  // Rows of the NDS tables (Radosavovic et al., ICCV 2019), ImageNet.
  test.each([
    [
      'Amoeba',
      3_764_216,
      10,
      32,
      'max_pool_3x3:0|sep_conv_7x7:0|conv_7x1_1x7:2|sep_conv_5x5:2|conv_7x1_1x7:0|dil_sep_conv_3x3:3|avg_pool_3x3:0|sep_conv_3x3:0|dil_sep_conv_3x3:2|avg_pool_3x3:5',
      '4 6',
      'conv_7x1_1x7:1|max_pool_3x3:1|dil_sep_conv_3x3:2|skip_connect:2|skip_connect:1|conv_7x1_1x7:3|avg_pool_3x3:2|sep_conv_7x7:1|sep_conv_5x5:0|dil_sep_conv_3x3:5',
      '4 6',
    ],
    [
      'DARTS',
      2_561_080,
      22,
      32,
      'skip_connect:0|skip_connect:1|sep_conv_3x3:2|none:1|skip_connect:3|sep_conv_3x3:0|skip_connect:2|none:3',
      '2 3 4 5',
      'sep_conv_5x5:1|skip_connect:1|max_pool_3x3:2|none:0|avg_pool_3x3:3|dil_conv_5x5:0|sep_conv_5x5:3|dil_conv_3x3:4',
      '2 3 4 5',
    ],
    [
      'ENAS',
      3_148_960,
      10,
      48,
      'avg_pool_3x3:1|max_pool_3x3:1|sep_conv_3x3:0|max_pool_3x3:1|skip_connect:3|skip_connect:3|sep_conv_3x3:0|sep_conv_3x3:2|skip_connect:0|sep_conv_3x3:3',
      '4 5 6',
      'sep_conv_3x3:0|skip_connect:1|max_pool_3x3:2|sep_conv_3x3:1|avg_pool_3x3:1|max_pool_3x3:0|sep_conv_5x5:1|sep_conv_3x3:0|skip_connect:0|max_pool_3x3:4',
      '3 5 6',
    ],
    [
      'NASNet',
      2_472_856,
      10,
      32,
      'max_pool_7x7:1|conv_3x1_1x3:0|sep_conv_5x5:0|max_pool_7x7:0|dil_conv_3x3:0|conv_3x3:3|max_pool_5x5:4|conv_3x1_1x3:4|conv_1x1:2|skip_connect:3',
      '5 6',
      'dil_conv_3x3:1|conv_1x1:0|sep_conv_5x5:0|avg_pool_3x3:2|conv_3x1_1x3:3|max_pool_3x3:2|max_pool_5x5:4|conv_3x3:0|avg_pool_3x3:5|dil_conv_3x3:1',
      '6',
    ],
    [
      'PNAS',
      3_071_352,
      10,
      32,
      'avg_pool_3x3:1|sep_conv_5x5:1|sep_conv_7x7:1|skip_connect:1|sep_conv_3x3:3|sep_conv_7x7:1|sep_conv_7x7:2|max_pool_3x3:2|sep_conv_3x3:3|avg_pool_3x3:3',
      '2 3 4 5 6',
      'conv_7x1_1x7:1|dil_conv_3x3:0|avg_pool_3x3:0|sep_conv_5x5:1|sep_conv_3x3:2|dil_conv_3x3:2|sep_conv_7x7:0|dil_conv_3x3:0|conv_7x1_1x7:1|skip_connect:5',
      '2 3 4 5 6',
    ],
  ])('of the space %s in NDS have the params of the table', (_, params, layers, channels, ...cells) => {
    const choices = (text: string) =>
      text.split('|').map((choice) => {
        const [operator, state] = choice.split(':');
        return [operator, Number(state)];
      });
    const states = (text: string) => text.split(' ').map(Number);
    const [normal, normalConcat, reduce, reduceConcat] = cells;
    const genotype = {
      normal: choices(normal),
      normal_concat: states(normalConcat),
      reduce: choices(reduce),
      reduce_concat: states(reduceConcat),
      layers,
      channels,
      dataset: 'imagenet',
    };
    expect(costOfText(genotype).params).toBe(params);
  });

  test('grow with layers and channels', () => {
    const smaller = { ...SMALL, layers: 8, channels: 16 };
    expect(costOfText(smaller).params).toBeLessThan(costOfText(SMALL).params / 4);
    expect(darts.print(darts.parse(smaller))).toContain('layers=8, channels=16)');
  });
});

describe('notation', () => {
  test('a list and a range of states are the same', () => {
    expect(darts.parse(DARTS_V2.replaceAll('[2, 3, 4, 5]', 'range(2, 6)'))).toEqual(darts.parse(DARTS_V2));
  });

  test('Python spacing, quotes, tuples, trailing commas and the order of the arguments do not matter', () => {
    const loose = SMALL_TEXT.replaceAll("'", '"')
      .replaceAll(', ', ' ,\n  ')
      .replaceAll('range(2 ,\n  4)', '(3, 2,)')
      .replace('Genotype(', 'BEST = Genotype( reduce_concat=[2] , ')
      .replace(/ ,\s*reduce_concat=range\(2 ,\s*3\)/, ' , ');
    expect(darts.parse(loose)).toEqual(darts.parse(SMALL));
  });

  test('JSON is read as text and as a value', () => {
    expect(darts.parse(JSON.stringify(SMALL))).toEqual(darts.parse(SMALL));
  });
});

describe('the graph of a genotype', () => {
  const { nodes, edges } = darts.graph(darts.parse(SMALL));
  const flow = edges.map(({ from, to }) => `${nodes[from]?.id} > ${nodes[to]?.id}`);
  const node = (id: string) => nodes.find((each) => each.id === id);

  test('leads through the normal cell to the reduction cell', () => {
    expect(flow).toContain('normal/2/0 > normal/concatenation');
    expect(flow).toContain('input > reduce/2/0');
    expect(flow).toContain('normal/concatenation > reduce/2/1');
    expect(flow).toContain('reduce/concatenation > output');
  });

  test('lets both operators of a node feed whatever reads the node', () => {
    expect(flow).toContain('normal/2/0 > normal/3/0');
    expect(flow).toContain('normal/2/1 > normal/3/0');
  });

  test('halves the resolution and doubles the channels in the reduction cell', () => {
    expect(node('reduce/2/0')).toEqual({
      id: 'reduce/2/0',
      op: 'max pooling 5 by 5',
      channelsIn: 1,
      channelsOut: 2,
      stride: 2,
    });
    expect(node('reduce/2/1')?.op).toBe('factorized reduction');
  });

  test('has later nodes of the reduction cell at half the resolution', () => {
    const { nodes: all } = darts.graph(darts.parse(PC_DARTS));
    expect(all.find(({ id }) => id === 'reduce/3/1')).toEqual({
      id: 'reduce/3/1',
      op: 'separable convolution 5 by 5',
      channelsIn: 2,
      channelsOut: 2,
      resolution: 0.5,
    });
  });

  test('is canonical without the skips of the normal cell and without `none`', () => {
    const operators = canonicalize({ nodes, edges }).nodes.map(({ op }) => op);
    expect(operators).not.toContain('identity');
    expect(operators).not.toContain('none');
    expect(operators).toContain('factorized reduction');
  });
});

const at = (part: string): number => SMALL_TEXT.indexOf(part);

test.each([
  ['another name', 'Genome()', 'darts-syntax', 0],
  [
    'an argument missing',
    SMALL_TEXT.replace(/, reduce_concat=.*\)$/, ')'),
    'darts-syntax',
    at(', reduce_concat') + 1,
  ],
  [
    'an argument twice',
    SMALL_TEXT.replace('reduce_concat', 'normal_concat'),
    'darts-syntax',
    at('reduce_concat'),
  ],
  [
    'an argument nobody knows',
    SMALL_TEXT.replace('reduce_concat', 'width'),
    'darts-syntax',
    at('reduce_concat'),
  ],
  [
    'an operator nobody knows',
    SMALL_TEXT.replace('sep_conv_3x3', 'sep_conv_9x9'),
    'darts-operator',
    at("'sep_conv_3x3'"),
  ],
  [
    'an operator without quotes',
    SMALL_TEXT.replace("'sep_conv_3x3'", 'sep_conv_3x3'),
    'darts-syntax',
    at("'sep_conv_3x3'"),
  ],
  [
    'a node that reads itself',
    SMALL_TEXT.replace("x1_1x7', 2", "x1_1x7', 3"),
    'darts-state',
    at("x1_1x7', 2") + 9,
  ],
  [
    'a state joined that does not exist',
    SMALL_TEXT.replace('range(2, 4)', '[2, 9]'),
    'darts-concat',
    at('range(2, 4)') + 4,
  ],
  [
    'a range without end',
    SMALL_TEXT.replace('range(2, 4)', 'range(2, 999999)'),
    'darts-concat',
    at('range(2, 4)'),
  ],
  [
    'a dataset nobody knows',
    SMALL_TEXT.replace(/\)$/, ", dataset='mnist')"),
    'darts-dataset',
    SMALL_TEXT.length + 9,
  ],
  ['an odd operator', SMALL_TEXT.replace(", ('none', 0)", ''), 'darts-node-count', at("[('sep")],
])('text with %s is refused at its place', (_, text, code, offset) => {
  expect(errorOf(() => darts.parse(text))).toMatchObject({ code, position: { pointer: '', offset } });
});

test.each([
  [
    'an operator nobody knows',
    {
      ...SMALL,
      reduce: [
        ['conv', 0],
        ['none', 1],
      ],
    },
    'darts-operator',
    '/reduce/0/0',
  ],
  [
    'a state ahead',
    {
      ...SMALL,
      reduce: [
        ['none', 0],
        ['none', 2],
      ],
    },
    'darts-state',
    '/reduce/1/1',
  ],
  ['a state twice', { ...SMALL, normal_concat: [2, 2] }, 'darts-concat', '/normal_concat/1'],
  ['a cell input joined', { ...SMALL, normal_concat: [1] }, 'darts-concat', '/normal_concat/0'],
  ['nothing joined', { ...SMALL, normal_concat: [] }, 'darts-concat', '/normal_concat'],
  ['no layers', { ...SMALL, layers: 0 }, 'darts-layers', '/layers'],
  ['no reduction cell', { normal: SMALL.normal, normal_concat: [2] }, 'json-shape', '/reduce'],
  ['half a choice', { ...SMALL, normal: [['none']] }, 'json-shape', '/normal/0'],
])('JSON with %s is refused at its place', (_, value, code, pointer) => {
  expect(errorOf(() => darts.parse(value))).toMatchObject({ code, position: { pointer } });
});
