import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { readKey, writeKey } from './key.ts';
import { KeyForm } from './key-form.tsx';
import { ScoreView } from './score/score-view.tsx';
import { STARTING_SUBJECT, type Subject } from './score/subject.ts';
import { SearchView } from './search/search-view.tsx';
import { inWords, isRefused, openClient, SessionContext } from './session.ts';
import { UsageView } from './usage/usage-view.tsx';

const VIEWS = { score: 'Score', search: 'Search', usage: 'Usage' } as const;
type View = keyof typeof VIEWS;

const viewOf = (hash: string): View => {
  const name = hash.slice(1).split('/')[0] ?? '';
  return name in VIEWS ? (name as View) : 'score';
};

function useView(): View {
  const [view, setView] = useState(() => viewOf(location.hash));
  useEffect(() => {
    const follow = () => setView(viewOf(location.hash));
    addEventListener('hashchange', follow);
    return () => removeEventListener('hashchange', follow);
  }, []);
  return view;
}

export function App() {
  const view = useView();
  const [key, setKey] = useState(readKey);
  const [refusal, setRefusal] = useState('');
  const [retrying, setRetrying] = useState(false);
  const [subject, setSubject] = useState<Subject>(STARTING_SUBJECT);
  const quiet = useRef<ReturnType<typeof setTimeout>>(undefined);

  const changeKey = (text: string | null, why = '') => {
    writeKey(text);
    setKey(readKey());
    setRefusal(why);
  };
  const session = useMemo(() => {
    if (key === null) return null;
    const client = openClient(key, () => {
      setRetrying(true);
      clearTimeout(quiet.current);
      quiet.current = setTimeout(() => setRetrying(false), 4_000);
    });
    const failed = (error: unknown) => {
      if (isRefused(error)) changeKey(null, inWords(error));
    };
    return { client, failed };
  }, [key]);

  return (
    <>
      <header class="top">
        <a class="brand" href="#score" aria-label="tgnas-edge">
          <img src="/icon.svg" alt="" width="26" height="26" />
          <span>tgnas-edge</span>
        </a>
        <nav aria-label="Views">
          {Object.entries(VIEWS).map(([id, title]) => (
            <a key={id} href={`#${id}`} aria-current={view === id ? 'page' : undefined}>
              {title}
            </a>
          ))}
          <a href="/docs">Reference</a>
        </nav>
        <div class="account">
          {key === null ? (
            <span class="quiet">no key</span>
          ) : (
            <>
              <code title="The key of this tab">{key.slice(0, 8)}…</code>
              <button type="button" class="plain" onClick={() => changeKey(null)}>
                Change key
              </button>
            </>
          )}
        </div>
      </header>
      <div class="notice" role="status" data-shown={retrying}>
        {retrying ? 'The server does not answer. Trying again…' : ''}
      </div>
      <main>
        {session === null ? (
          <KeyForm refusal={refusal} onKey={(text) => changeKey(text)} />
        ) : (
          <SessionContext.Provider value={{ ...session, retrying }}>
            {view === 'score' && <ScoreView subject={subject} onSubject={setSubject} />}
            {view === 'search' && (
              <SearchView
                onOpen={(opened) => {
                  setSubject(opened);
                  location.hash = 'score';
                }}
              />
            )}
            {view === 'usage' && <UsageView />}
          </SessionContext.Provider>
        )}
      </main>
      <footer>
        <a href="https://arxiv.org/abs/2404.00271">TG-NAS</a>
        <a href="/openapi.json">OpenAPI</a>
        <a href="/docs">API reference</a>
      </footer>
    </>
  );
}
