import { expect, test } from 'vitest';
import { readArtefacts } from '../../src/predictor/artefacts-node.ts';
import { openKernel } from '../../src/predictor/engine-node.ts';
import { operatorTable } from '../../src/predictor/operator-table.ts';
import { readSubject } from '../../src/predictor/score-batch.ts';
import { createScorer } from '../../src/predictor/scorer.ts';

const artefacts = readArtefacts();
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
  const table = operatorTable(artefacts);
  const vector = table.vector64('convolution 3 by 3') ?? new Float32Array();
  expect(table.kinOf(vector)).toBe('convolution 3 by 3');
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
