import { binX, dot, line, rectY, ruleX, ruleY } from '@observablehq/plot';
import { useMemo } from 'preact/hooks';
import type { SearchSnapshot } from '../../client/client.ts';
import { Plot } from '../plot.tsx';
import type { Improvement, Scored } from './watching.ts';

const HEIGHT = 220;

/** The best score against the networks scored: a staircase up to where the search is. */
export function BestSoFar({
  improvements,
  evaluations,
  budget,
}: {
  improvements: readonly Improvement[];
  evaluations: number;
  budget: number;
}) {
  const options = useMemo(() => {
    const last = improvements.at(-1);
    const steps = last === undefined ? [] : [...improvements, { evaluation: evaluations, score: last.score }];
    return {
      x: { domain: [0, budget], label: 'evaluations', ticks: 5 },
      y: {
        label: 'best score',
        grid: true,
        nice: true,
        ticks: 5,
        ...(steps.length === 0 ? { domain: [0, 1] } : {}),
      },
      marks: [
        line(steps, {
          x: 'evaluation',
          y: 'score',
          curve: 'step-after',
          stroke: 'var(--accent)',
          strokeWidth: 2,
        }),
        dot(improvements, { x: 'evaluation', y: 'score', r: 2.5, fill: 'var(--accent)' }),
      ],
    };
  }, [improvements, evaluations, budget]);
  return <Plot height={HEIGHT} label="Best score so far by evaluations" options={options} />;
}

/** How the scores of everything scored are spread. */
export function Population({ scored, best }: { scored: readonly Scored[]; best: number | undefined }) {
  const options = useMemo(
    () => ({
      x: { domain: [0, 1], label: 'score', ticks: 5 },
      y: {
        label: 'networks',
        grid: true,
        nice: true,
        ticks: 5,
        ...(scored.length === 0 ? { domain: [0, 1] } : {}),
      },
      marks: [
        rectY(scored, {
          ...binX({ y: 'count' }, { x: 'score', thresholds: 40 }),
          fill: 'var(--accent)',
          fillOpacity: 0.55,
        }),
        ruleX(best === undefined ? [] : [best], { stroke: 'var(--strong)', strokeWidth: 1.5 }),
        ruleY([0]),
      ],
    }),
    [scored, best],
  );
  return <Plot height={HEIGHT} label="Distribution of the scores found" options={options} />;
}

/** Score against what it costs, with the front of those that nothing beats in both. */
export function ParetoScatter({
  scored,
  front,
  cost,
}: {
  scored: readonly Scored[];
  front: SearchSnapshot['front'];
  cost: 'params' | 'flops';
}) {
  const options = useMemo(() => {
    const points = front.map((found) => ({ score: found.score, [cost]: found.cost[cost] }));
    return {
      x: {
        label: cost === 'params' ? 'params' : 'FLOPs',
        tickFormat: 's',
        nice: true,
        ticks: 5,
        ...(scored.length === 0 ? { domain: [0, 1e6] } : {}),
      },
      y: { label: 'score', grid: true, domain: [0, 1], ticks: 5 },
      marks: [
        dot(scored, { x: cost, y: 'score', r: 1.6, fill: 'var(--muted)', fillOpacity: 0.45 }),
        line(points, {
          x: cost,
          y: 'score',
          sort: cost,
          curve: 'step-after',
          stroke: 'var(--accent)',
          strokeWidth: 1.5,
        }),
        dot(points, { x: cost, y: 'score', r: 3.5, fill: 'var(--accent)', stroke: 'var(--surface)' }),
      ],
    };
  }, [scored, front, cost]);
  return <Plot height={HEIGHT} label={`Score against ${cost}, with the Pareto front`} options={options} />;
}
