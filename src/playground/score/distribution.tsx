import { areaY, dot, lineY, ruleX } from '@observablehq/plot';
import { useMemo } from 'preact/hooks';
import { Plot } from '../plot.tsx';

const POINTS = 121;
const BANDWIDTH = 0.035;

/** The density of scores from their quantiles: Gaussian kernels, mirrored at 0 and 1 where scores end. */
function densityOf(quantiles: readonly number[]): { x: number; density: number }[] {
  const kernel = (distance: number) => Math.exp(-0.5 * (distance / BANDWIDTH) ** 2);
  return Array.from({ length: POINTS }, (_, i) => {
    const x = i / (POINTS - 1);
    const sum = quantiles.reduce(
      (all, each) => all + kernel(x - each) + kernel(x + each) + kernel(x - (2 - each)),
      0,
    );
    return { x, density: sum / (quantiles.length * BANDWIDTH * Math.sqrt(2 * Math.PI)) };
  });
}

/** Where a score stands among those of its space. */
export function DistributionCurve({
  scores,
  score,
}: {
  scores: readonly number[];
  score: number | undefined;
}) {
  const curve = useMemo(() => densityOf(scores), [scores]);
  const options = useMemo(() => {
    const below = curve.filter(({ x }) => score !== undefined && x <= score);
    const at =
      score === undefined
        ? []
        : [{ x: score, density: curve[Math.round(score * (POINTS - 1))]?.density ?? 0 }];
    return {
      x: { domain: [0, 1], label: 'score', ticks: 5 },
      y: { axis: null, domain: [0, 1.15 * Math.max(...curve.map(({ density }) => density))] },
      marginLeft: 8,
      marks: [
        areaY(curve, { x: 'x', y: 'density', fill: 'var(--curve)' }),
        areaY(below, { x: 'x', y: 'density', fill: 'var(--accent)', fillOpacity: 0.28 }),
        lineY(curve, { x: 'x', y: 'density', stroke: 'var(--muted)', strokeWidth: 1.2 }),
        ruleX(at, { x: 'x', stroke: 'var(--accent)', strokeWidth: 2 }),
        dot(at, {
          x: 'x',
          y: 'density',
          r: 5,
          fill: 'var(--accent)',
          stroke: 'var(--surface)',
          strokeWidth: 2,
        }),
      ],
    };
  }, [curve, score]);
  return (
    <Plot height={150} label="Distribution of scores in the space, with this one marked" options={options} />
  );
}
