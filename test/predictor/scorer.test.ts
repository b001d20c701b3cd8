import { expect, test } from 'vitest';
import { readArtefacts } from '../../src/predictor/artefacts-node.ts';
import { openKernel } from '../../src/predictor/engine-node.ts';
import { operatorTable } from '../../src/predictor/operator-table.ts';
import { readSubject } from '../../src/predictor/score-batch.ts';
import { createScorer } from '../../src/predictor/scorer.ts';

const artefacts = readArtefacts();
const table = operatorTable(artefacts);
const scorer = createScorer(artefacts, openKernel);

const graphOf = (op: string, more: readonly string[] = []) => ({
  nodes: [{ id: 'a', op }, { id: 'b', op: 'max pooling 3 by 3' }, ...more.map((id) => ({ id, op }))],
  edges: [['in', 'a'], ['a', 'b'], ['b', 'out'], ...more.map((id) => ['in', id])],
});

test('what leads nowhere changes no score, though it would cost something', async () => {
  const [plain, dead] = await scorer.score([
    readSubject('dag', graphOf('convolution 3 by 3')),
    readSubject('dag', graphOf('convolution 3 by 3', ['dead', 'deader'])),
  ]);
  expect(dead).toEqual(plain);
});

test('the size of a free graph is a part of its score, and of a benchmark’s cell is none', async () => {
  expect(scorer.votesByCost('dag')).toBe(true);
  expect(scorer.votesByCost('onnx')).toBe(true);
  expect(scorer.votesByCost('nas-bench-201')).toBe(false);
  const subject = readSubject('dag', graphOf('convolution 3 by 3'));
  const { params = 0, flops = 0, depth = 0 } = subject.size ?? {};
  expect(params).toBeGreaterThan(0);
  const [small, large] = await scorer.score([
    subject,
    { ...subject, size: { params: 4 * params, flops: 4 * flops, depth } },
  ]);
  expect(large?.score).toBeGreaterThan(small?.score ?? 1);
  expect(large?.heads).toEqual(small?.heads);
});

test('where the cost of an operator is not known, costs have no vote', () => {
  expect(readSubject('dag', graphOf('retention, 8 heads'))).not.toHaveProperty('size');
});

test('unheard-of words that mean what known ones do are weighed as those', async () => {
  const vector = table.vector64('convolution 3 by 3') ?? new Float32Array();
  const { size: _, ...known } = readSubject('dag', graphOf('convolution 3 by 3'));
  const words = 'what I call a convolution';
  const unheard = {
    ...known,
    graph: {
      ...known.graph,
      nodes: known.graph.nodes.map((node) =>
        node.op === 'convolution 3 by 3' ? { ...node, op: words } : node,
      ),
    },
  };
  const [expected] = await scorer.score([known]);
  expect(await scorer.score([unheard], new Map([[words, vector]]))).toEqual([expected]);
});

test('what was met before is answered as at first, in any company', async () => {
  const cells = ['nor_conv_3x3', 'avg_pool_3x3', 'none'].map((op) =>
    readSubject('nas-bench-201', `|${op}~0|+|nor_conv_1x1~0|${op}~1|+|skip_connect~0|${op}~1|${op}~2|`),
  );
  const at = createScorer(artefacts, openKernel);
  const first = await at.score(cells);
  const again = await at.score([...cells, ...cells].reverse());
  expect(again).toEqual([...first, ...first].reverse());
  expect(await createScorer(artefacts, openKernel).score(cells.slice(1, 2))).toEqual(first.slice(1, 2));
});

test('one caller’s vectors of unheard-of words are not another’s', async () => {
  const subject = readSubject('dag', graphOf('retention, 8 heads'));
  const as = async (op: string): Promise<number | undefined> => {
    const vector = table.vector64(op) ?? new Float32Array();
    const [prediction] = await scorer.score([subject], new Map([['retention, 8 heads', vector]]));
    return prediction?.score;
  };
  const conv = await as('convolution 3 by 3');
  expect(await as('average pooling 3 by 3')).not.toBe(conv);
  expect(await as('convolution 3 by 3')).toBe(conv);
});

test('heads and expected accuracies are told to who asks', async () => {
  const subject = readSubject('nas-bench-201', '|none~0|+|none~0|none~1|+|nor_conv_3x3~0|none~1|none~2|');
  const [all] = await scorer.score([subject]);
  const [alone] = await scorer.score([subject], undefined, []);
  expect(Object.keys(all?.heads ?? {})).toEqual([...scorer.heads]);
  expect(Object.keys(all?.expected ?? {})).toEqual(['cifar10', 'cifar100', 'imagenet16']);
  const { heads: _, expected: __, ...rest } = all ?? {};
  expect(alone).toEqual(rest);
});
