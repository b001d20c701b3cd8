/** A search as it is watched: what its events have told so far. */
import { useEffect, useRef, useState } from 'preact/hooks';
import type { SearchEvent, SearchSnapshot } from '../../client/client.ts';
import { inWords, isAbort, useSession } from '../session.ts';

export interface Scored {
  readonly score: number;
  readonly params: number;
  readonly flops: number;
}

export interface Improvement {
  readonly evaluation: number;
  readonly score: number;
}

export interface Watched {
  readonly snapshot: SearchSnapshot | undefined;
  readonly evaluations: number;
  readonly scored: readonly Scored[];
  readonly improvements: readonly Improvement[];
  readonly error: string;
}

const NOTHING: Watched = { snapshot: undefined, evaluations: 0, scored: [], improvements: [], error: '' };
/** Charts are drawn this often at most. */
const DRAWN_EVERY_MS = 200;
/** The front is asked for this often while the search runs. */
const SNAPSHOT_EVERY_MS = 1_500;

/** Points that a scatter can show before they are nothing but ink. */
const MAX_POINTS = 6_000;

/** Watches a search to its end, over as many connections as it takes. */
export function useWatched(id: string | undefined): Watched & { refresh: () => void } {
  const { client, failed } = useSession();
  const [watched, setWatched] = useState<Watched>(NOTHING);
  const refreshing = useRef(() => {});
  useEffect(() => {
    setWatched(NOTHING);
    if (id === undefined) return;
    const abort = new AbortController();
    const search = client.search(id);
    let { evaluations } = NOTHING;
    let scored: Scored[] = [];
    const improvements: Improvement[] = [];
    let timer: ReturnType<typeof setTimeout> | undefined;
    const draw = () => {
      timer ??= setTimeout(() => {
        timer = undefined;
        const news = { evaluations, scored: [...scored], improvements: [...improvements] };
        setWatched((before) => ({ ...before, ...news }));
      }, DRAWN_EVERY_MS);
    };
    const take = ({ type, data }: SearchEvent) => {
      evaluations = data.evaluations;
      if (type === 'best') improvements.push({ evaluation: evaluations, score: data.score });
      if (type === 'progress') {
        for (const [score, params, flops] of data.scored) scored.push({ score, params, flops });
        if (scored.length > MAX_POINTS) scored = scored.filter((_, i) => i % 2 === 0);
      }
      draw();
    };
    const refresh = async () => {
      const snapshot = await search.snapshot(abort.signal);
      setWatched((before) => ({ ...before, snapshot }));
      return snapshot;
    };
    const fail = (error: unknown) => {
      if (isAbort(error) || abort.signal.aborted) return;
      failed(error);
      setWatched((before) => ({ ...before, error: inWords(error) }));
    };
    refreshing.current = () => void refresh().catch(fail);
    const watch = async () => {
      for await (const event of search.events({ signal: abort.signal })) take(event);
      await refresh();
    };
    const follow = async () => {
      for (;;) {
        const { state } = await refresh();
        if (state !== 'running') return;
        await new Promise((resolve) => setTimeout(resolve, SNAPSHOT_EVERY_MS));
        if (abort.signal.aborted) return;
      }
    };
    void watch().catch(fail);
    void follow().catch(fail);
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [client, id]);
  return { ...watched, refresh: () => refreshing.current() };
}
