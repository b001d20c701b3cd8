import type { Score } from '../../src/search/evaluation.ts';
import type { Candidate } from '../../src/spaces/candidate.ts';

/**
 * Stands for the predictor where only the search is at stake: 3 by 3 convolutions are worth most, and cost time.
 * Different networks score differently, by a little that the key decides.
 */
export function toyScore({ key, graph, cost }: Candidate): Score {
  const worth = graph.nodes.reduce((sum, { op }) => {
    if (op === 'convolution 3 by 3') return sum + 3;
    if (op.includes('convolution')) return sum + 2;
    return op.includes('pooling') ? sum + 1 : sum;
  }, 0);
  const paths = graph.edges.reduce((sum, { count }) => sum + count, 0);
  const noise = Number.parseInt(key.slice(0, 8), 16) / 2 ** 32;
  return { score: worth + 0.1 * paths + 0.01 * noise, heads: { latency: cost.flops / 1e6 + worth } };
}

export const toyScores = async (candidates: readonly Candidate[]): Promise<Score[]> =>
  candidates.map(toyScore);
