import { useCallback, useEffect, useState } from 'preact/hooks';
import type { SearchPage, SearchRequest, SearchSnapshot } from '../../client/client.ts';
import type { FormatId } from '../../formats/format.ts';
import { CopyButton } from '../copy-button.tsx';
import { grouped, short } from '../numbers.ts';
import { CallSnippets } from '../score/call-snippets.tsx';
import type { Subject } from '../score/subject.ts';
import { Segments } from '../segments.tsx';
import { inWords, isAbort, useSession } from '../session.ts';
import { BestSoFar, ParetoScatter, Population } from './charts.tsx';
import { FIRST_REQUEST, SearchForm } from './search-form.tsx';
import { useWatched } from './watching.ts';

const ID = /^#search\/(\w+)/;
const idInAddress = (): string | undefined => ID.exec(location.hash)?.[1];

const ENDINGS: Readonly<Record<string, string>> = {
  budget: 'the budget is used up',
  complete: 'the algorithm is through',
  exhausted: 'all of the space was looked at',
  stalled: 'nothing new turned up',
};

function statusOf({ state, finish, problem }: SearchSnapshot): string {
  if (problem !== undefined) return `${state}: ${problem.detail}`;
  return finish === null ? state : `${state}: ${ENDINGS[finish] ?? finish}`;
}

interface FoundProps {
  readonly snapshot: SearchSnapshot;
  readonly onOpen: (subject: Subject) => void;
}

function Best({ snapshot, onOpen }: FoundProps) {
  const { client } = useSession();
  const { best, format, id } = snapshot;
  if (best === null) return <p class="quiet">Nothing within the limits was found so far.</p>;
  const search = client.search(id);
  return (
    <>
      <dl class="costs">
        <div>
          <dt>Score</dt>
          <dd>{best.score.toFixed(4)}</dd>
        </div>
        <div>
          <dt>Params</dt>
          <dd>{short(best.cost.params)}</dd>
        </div>
        <div>
          <dt>FLOPs</dt>
          <dd>{short(best.cost.flops)}</dd>
        </div>
        <div>
          <dt>Depth</dt>
          <dd>{best.cost.depth}</dd>
        </div>
      </dl>
      <code class="architecture">{best.architecture}</code>
      <div class="bar copies">
        <button
          type="button"
          class="primary"
          onClick={() => onOpen({ format: format as FormatId, text: best.architecture })}
        >
          Open the best
        </button>
        <CopyButton label="Arch string" text={() => search.best('arch')} />
        {format === 'darts' && <CopyButton label="Genotype" text={() => search.best('genotype')} />}
        <CopyButton label="PyTorch" text={() => search.best('pytorch')} />
        <CopyButton label="DOT" text={() => search.best('dot')} />
      </div>
    </>
  );
}

function Front({ snapshot: { front, format }, onOpen }: FoundProps) {
  return (
    <section class="panel">
      <h2>Pareto front</h2>
      <div class="scroll">
        <table>
          <thead>
            <tr>
              <th scope="col">score</th>
              <th scope="col">params</th>
              <th scope="col">FLOPs</th>
              <th scope="col">architecture</th>
            </tr>
          </thead>
          <tbody>
            {front.slice(0, 12).map(({ architecture, score, cost }) => (
              <tr key={architecture}>
                <td>{score.toFixed(4)}</td>
                <td>{short(cost.params)}</td>
                <td>{short(cost.flops)}</td>
                <td class="wide">
                  <button
                    type="button"
                    class="plain"
                    onClick={() => onOpen({ format: format as FormatId, text: architecture })}
                  >
                    <code>{architecture}</code>
                  </button>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

/** The account's searches; asked for anew when another is watched or has ended. */
function Recent({ current, state }: { current: string | undefined; state: string | undefined }) {
  const { client, failed } = useSession();
  const [searches, setSearches] = useState<SearchPage['searches']>();
  useEffect(() => {
    const abort = new AbortController();
    client.searches({ limit: 8 }, { signal: abort.signal }).then(
      (page) => setSearches(page.searches),
      (error: unknown) => {
        if (!isAbort(error)) failed(error);
      },
    );
    return () => abort.abort();
  }, [client, current, state]);
  return (
    <section class="panel recent">
      <h2>Your searches</h2>
      {searches?.length === 0 && <p class="quiet">None yet. Start one above.</p>}
      <ul>
        {searches?.map(({ id, space, algorithm, progress, state }) => (
          <li key={id}>
            <a href={`#search/${id}`} aria-current={id === current ? 'true' : undefined}>
              <span class="badge" data-state={state}>
                {state}
              </span>
              <span>
                {space}, {algorithm}
              </span>
              <span class="quiet">{grouped(progress.evaluations)}</span>
            </a>
          </li>
        ))}
      </ul>
    </section>
  );
}

const COST_NAMES = { flops: 'FLOPs', params: 'params' } as const;
const NO_FRONT: SearchSnapshot['front'] = [];

export function SearchView({ onOpen }: { onOpen: (subject: Subject) => void }) {
  const { client, failed } = useSession();
  const [id, setId] = useState(idInAddress);
  const [request, setRequest] = useState<SearchRequest>(FIRST_REQUEST);
  const [error, setError] = useState('');
  const [starting, setStarting] = useState(false);
  const [cost, setCost] = useState<'params' | 'flops'>('flops');
  useEffect(() => {
    const follow = () => setId(idInAddress());
    addEventListener('hashchange', follow);
    return () => removeEventListener('hashchange', follow);
  }, []);
  const { snapshot, evaluations, scored, improvements, error: watchError, refresh } = useWatched(id);
  const running = snapshot?.state === 'running';

  const attempt = useCallback(
    async (work: () => Promise<void>) => {
      try {
        await work();
        setError('');
      } catch (thrown) {
        failed(thrown);
        setError(inWords(thrown));
      }
    },
    [client],
  );
  const start = async (wanted: SearchRequest) => {
    setStarting(true);
    await attempt(async () => {
      const search = await client.startSearch(wanted);
      location.hash = `search/${search.id}`;
    });
    setStarting(false);
  };
  const cancel = () =>
    attempt(async () => {
      if (id === undefined) return;
      await client.search(id).cancel();
      refresh();
    });
  const budget = snapshot?.budget.evaluations ?? request.budget.evaluations;
  const done = Math.max(evaluations, snapshot?.progress.evaluations ?? 0);
  return (
    <div class="search-view">
      <div class="side">
        <section class="panel">
          <h2>Search a space</h2>
          <SearchForm busy={starting || running} onStart={start} onChange={setRequest} />
          <p class="error line" role="alert">
            {error || watchError}
          </p>
        </section>
        <Recent current={id} state={snapshot?.state} />
      </div>
      <div class="watch">
        <section class="panel">
          <div class="bar">
            <h2 aria-live="polite" class="state">
              {id === undefined
                ? 'No search is watched'
                : snapshot === undefined
                  ? 'Loading…'
                  : statusOf(snapshot)}
            </h2>
            <span class="figure">
              {grouped(done)} / {grouped(budget)}
            </span>
            <button type="button" onClick={cancel} disabled={!running}>
              Cancel
            </button>
          </div>
          <progress aria-label="Evaluations" value={done} max={budget} />
          <div class="charts">
            <div>
              <h3>Best so far</h3>
              <BestSoFar improvements={improvements} evaluations={done} budget={budget} />
            </div>
            <div>
              <h3>Population</h3>
              <Population scored={scored} best={improvements.at(-1)?.score} />
            </div>
            <div>
              <div class="bar">
                <h3>Score against cost</h3>
                <Segments label="Cost" names={COST_NAMES} chosen={cost} onChoose={setCost} />
              </div>
              <ParetoScatter scored={scored} front={snapshot?.front ?? NO_FRONT} cost={cost} />
            </div>
            <div class="best">
              <h3>The best</h3>
              {snapshot === undefined ? (
                <p class="quiet">Start a search, and its best network stands here.</p>
              ) : (
                <Best snapshot={snapshot} onOpen={onOpen} />
              )}
            </div>
          </div>
        </section>
        <CallSnippets path="/v1/searches" body={request} />
        {snapshot !== undefined && snapshot.front.length > 1 && <Front snapshot={snapshot} onOpen={onOpen} />}
      </div>
    </div>
  );
}
