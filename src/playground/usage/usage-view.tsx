import { rectY, ruleY } from '@observablehq/plot';
import { useEffect, useMemo, useState } from 'preact/hooks';
import type { UsageReport } from '../../client/client.ts';
import { grouped } from '../numbers.ts';
import { Plot } from '../plot.tsx';
import { Segments } from '../segments.tsx';
import { inWords, useSession } from '../session.ts';

const DAY_MS = 86_400_000;
const PERIODS = { 'this month': undefined, '30 days': 29, '90 days': 89 } as const;
type Period = keyof typeof PERIODS;

const PERIOD_NAMES = { 'this month': 'this month', '30 days': '30 days', '90 days': '90 days' } as const;

const dayOf = (time: number): string => new Date(time).toISOString().slice(0, 10);

function firstDay(period: Period): string {
  const days = PERIODS[period];
  const today = Date.now();
  return days === undefined ? `${dayOf(today).slice(0, 8)}01` : dayOf(today - days * DAY_MS);
}

/** Every day of the report, those without calls too. */
function daysOf({ from, to, rows }: UsageReport): { day: Date; units: number }[] {
  const units = new Map(rows.map((row) => [row.group, row.units]));
  const days: { day: Date; units: number }[] = [];
  for (let time = Date.parse(from); time <= Date.parse(to); time += DAY_MS) {
    days.push({ day: new Date(time), units: units.get(dayOf(time)) ?? 0 });
  }
  return days;
}

function Rows({ title, report }: { title: string; report: UsageReport | undefined }) {
  return (
    <section class="panel">
      <h2>{title}</h2>
      <table>
        <thead>
          <tr>
            <th scope="col">{title.replace('By ', '')}</th>
            <th scope="col">units</th>
            <th scope="col">calls</th>
          </tr>
        </thead>
        <tbody>
          {report?.rows.map(({ group, units, requests }) => (
            <tr key={group}>
              <td>
                <code>{group}</code>
              </td>
              <td>{grouped(units)}</td>
              <td>{grouped(requests)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {report?.rows.length === 0 && <p class="quiet">Nothing was charged in this period.</p>}
    </section>
  );
}

/** What was charged, by day and by key. */
export function UsageView() {
  const { client, failed } = useSession();
  const [period, setPeriod] = useState<Period>('this month');
  const [reports, setReports] = useState<Record<'day' | 'key' | 'kind', UsageReport>>();
  const [error, setError] = useState('');
  useEffect(() => {
    let current = true;
    const from = firstDay(period);
    const load = async () => {
      try {
        const [day, key, kind] = await Promise.all(
          (['day', 'key', 'kind'] as const).map((group) => client.usage({ from, group })),
        );
        if (!current || day === undefined || key === undefined || kind === undefined) return;
        setReports({ day, key, kind });
        setError('');
      } catch (thrown) {
        if (!current) return;
        failed(thrown);
        setError(inWords(thrown));
      }
    };
    void load();
    return () => {
      current = false;
    };
  }, [client, period]);
  const days = useMemo(() => (reports === undefined ? [] : daysOf(reports.day)), [reports]);
  const options = useMemo(
    () => ({
      x: { type: 'utc' as const, label: null },
      y: { label: 'units', grid: true, nice: true, tickFormat: 's' },
      marks: [
        rectY(days, { x: 'day', y: 'units', interval: 'day', fill: 'var(--accent)', inset: 0.5, tip: true }),
        ruleY([0]),
      ],
    }),
    [days],
  );
  return (
    <div class="usage-view">
      <section class="panel">
        <div class="bar">
          <h2>Units by day</h2>
          <Segments label="Period" names={PERIOD_NAMES} chosen={period} onChoose={setPeriod} />
          <strong class="total">
            {reports === undefined
              ? ''
              : `${grouped(reports.day.total.units)} units in ${grouped(reports.day.total.requests)} calls`}
          </strong>
        </div>
        <p class="error line" role="alert">
          {error}
        </p>
        <Plot height={240} label="Units charged by day" options={options} />
      </section>
      <Rows title="By key" report={reports?.key} />
      <Rows title="By kind" report={reports?.kind} />
    </div>
  );
}
