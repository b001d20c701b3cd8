import type { ScoreResult, SpaceDetails } from '../../client/client.ts';
import { grouped, short, standing } from '../numbers.ts';
import { DistributionCurve } from './distribution.tsx';

const HEAD_NAMES: Readonly<Record<string, string>> = {
  accuracy: 'accuracy',
  cifar10: 'CIFAR-10',
  cifar100: 'CIFAR-100',
  imagenet16: 'ImageNet16-120',
};
const nameOf = (head: string): string => HEAD_NAMES[head] ?? head.replaceAll('_', ' ');
const isCostly = (head: string): boolean => /latency|energy/.test(head);

function Heads({ heads }: { heads: Readonly<Record<string, number>> }) {
  return (
    <dl class="heads">
      {Object.entries(heads).map(([head, percentile]) => (
        <div key={head} data-costly={isCostly(head)}>
          <dt>{nameOf(head)}</dt>
          <dd>
            <span class="track">
              <span class="fill" style={{ width: `${100 * percentile}%` }} />
            </span>
            <span class="figure">{(100 * percentile).toFixed(1)}</span>
          </dd>
        </div>
      ))}
    </dl>
  );
}

function Operators({ operators }: { operators: NonNullable<ScoreResult['operators']> }) {
  const told = operators.filter(({ given, understood, source }) => given !== understood || source === 'live');
  if (told.length === 0) return null;
  return (
    <section class="panel">
      <h2>How operators were understood</h2>
      <ul class="understood">
        {told.map(({ given, understood, source, nearest }) => (
          <li key={given}>
            <q>{given}</q>
            {source === 'table' ? (
              <span>
                is <b>{understood}</b>
              </span>
            ) : (
              <span>
                is in no table. Nearest:{' '}
                {nearest
                  .slice(0, 3)
                  .map(({ op, cosine }) => `${op} (${cosine.toFixed(2)})`)
                  .join(', ')}
              </span>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}

interface VerdictProps {
  /** The last one given, while the next is awaited. */
  readonly result: ScoreResult | undefined;
  readonly pending: boolean;
  /** Whether the last one given is of something else, and no other is awaited. */
  readonly stale: boolean;
  readonly space: SpaceDetails | undefined;
}

/** What the model says. Nothing moves when it says something else. */
export function Verdict({ result, pending, stale, space }: VerdictProps) {
  const { cost, heads = {}, expected = {} } = result ?? {};
  return (
    <div class="verdict" aria-busy={pending} data-pending={pending} data-stale={stale}>
      <section class="panel">
        <div class="headline" aria-live="polite">
          <div>
            <h2>Score</h2>
            <output class="score">{result === undefined ? '–' : result.score.toFixed(4)}</output>
          </div>
          <div>
            <h2>Percentile</h2>
            <output class="percentile">{result === undefined ? '–' : result.percentile.toFixed(1)}</output>
            <span class="quiet">{result === undefined ? '' : standing(result.percentile)}</span>
          </div>
        </div>
        <DistributionCurve scores={space?.reference?.scores ?? NO_SCORES} score={result?.score} />
        <p class="quiet line">{space?.reference === undefined ? '' : `against ${space.reference.of}`}</p>
        <dl class="costs">
          <div>
            <dt>Params</dt>
            <dd title={cost && grouped(cost.params)}>{cost ? short(cost.params) : '–'}</dd>
          </div>
          <div>
            <dt>FLOPs</dt>
            <dd title={cost && grouped(cost.flops)}>{cost ? short(cost.flops) : '–'}</dd>
          </div>
          <div>
            <dt>Depth</dt>
            <dd>{cost ? cost.depth : '–'}</dd>
          </div>
          {Object.entries(expected).map(([dataset, accuracy]) => (
            <div key={dataset}>
              <dt>{nameOf(dataset)}</dt>
              <dd title="accuracy to be expected">{accuracy.toFixed(1)}%</dd>
            </div>
          ))}
        </dl>
        <ul class="warnings">
          {result?.warnings.map((warning) => (
            <li key={warning}>{warning}</li>
          ))}
        </ul>
      </section>
      <section class="panel">
        <h2>Heads</h2>
        <p class="quiet">Percentile in the space of what each head of the network predicts.</p>
        <Heads heads={heads} />
      </section>
      <Operators operators={result?.operators ?? []} />
    </div>
  );
}

const NO_SCORES: readonly number[] = [];
