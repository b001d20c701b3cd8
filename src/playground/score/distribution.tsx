import { areaY, dot, lineY, ruleX, ruleY } from '@observablehq/plot';
import { useMemo } from 'preact/hooks';
import { Plot } from '../plot.tsx';

const POINTS = 161;
/** Of the kernels, in log-odds: 129 quantiles of a smooth distribution look smooth. */
const BANDWIDTH = 0.45;
/** Scores are drawn by their log-odds: most spaces fill 0 to 1 evenly, and those that matter crowd near 1. */
const END = 8;
const TICKS = [0.001, 0.01, 0.1, 0.5, 0.9, 0.99, 0.999] as const;

const logOdds = (score: number): number => Math.min(Math.max(Math.log(score / (1 - score)), -END), END);

/** The density of scores from their quantiles, by Gaussian kernels; flat where there are none. */
function densityOf(quantiles: readonly number[]): { x: number; density: number }[] {
  const places = quantiles.map(logOdds);
  return Array.from({ length: POINTS }, (_, i) => {
    const x = (2 * END * i) / (POINTS - 1) - END;
    const sum = places.reduce((all, place) => all + Math.exp(-0.5 * ((x - place) / BANDWIDTH) ** 2), 0);
    return { x, density: sum / Math.max(places.length, 1) };
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
    const here = score === undefined ? undefined : logOdds(score);
    const below = curve.filter(({ x }) => here !== undefined && x <= here);
    const nearest = (x: number) => curve[Math.round(((x + END) / (2 * END)) * (POINTS - 1))];
    const at = here === undefined ? [] : [{ x: here, density: nearest(here)?.density ?? 0 }];
    const highest = Math.max(...curve.map(({ density }) => density));
    return {
      x: {
        domain: [-END, END],
        label: 'score',
        ticks: TICKS.map(logOdds),
        tickFormat: (x: number) => String(TICKS.find((tick) => logOdds(tick) === x)),
      },
      y: { axis: null, domain: [0, 1.1 * highest || 1] },
      marginLeft: 8,
      marks: [
        areaY(curve, { x: 'x', y: 'density', fill: 'var(--curve)' }),
        areaY(below, { x: 'x', y: 'density', fill: 'var(--accent)', fillOpacity: 0.28 }),
        lineY(curve, { x: 'x', y: 'density', stroke: 'var(--muted)', strokeWidth: 1.2 }),
        ruleY([0], { stroke: 'var(--line)' }),
        ruleX(at, { x: 'x', y1: 0, y2: 'density', stroke: 'var(--accent)', strokeWidth: 2 }),
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
