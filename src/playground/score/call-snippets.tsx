import { useState } from 'preact/hooks';
import { CopyButton } from '../copy-button.tsx';
import { Segments } from '../segments.tsx';

const shellQuoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

/** The same call in three languages; the key is left to the environment. */
const LANGUAGES = {
  curl: (path: string, body: object) =>
    [
      `curl -s ${location.origin}${path} \\`,
      `  -H "Authorization: Bearer $TGNAS_KEY" \\`,
      `  -H 'Content-Type: application/json' \\`,
      `  -d ${shellQuoted(JSON.stringify(body))}`,
    ].join('\n'),
  TypeScript: (path: string, body: object) => {
    const call =
      path === '/v1/score'
        ? [
            `const { results } = await tgnas.score(${JSON.stringify(body, null, 2)});`,
            'console.log(results[0].score, results[0].percentile);',
          ]
        : [
            `const search = await tgnas.startSearch(${JSON.stringify(body, null, 2)});`,
            'for await (const { type, data } of search.events()) console.log(type, data);',
            "console.log(await search.best('pytorch'));",
          ];
    return [
      "import { Tgnas } from 'tgnas-edge/client';",
      '',
      `const tgnas = new Tgnas({ key: process.env.TGNAS_KEY, url: '${location.origin}' });`,
      ...call,
    ].join('\n');
  },
  Python: (path: string, body: object) =>
    [
      'import json, os, urllib.request',
      '',
      `body = json.loads(${JSON.stringify(JSON.stringify(body))})`,
      'request = urllib.request.Request(',
      `    "${location.origin}${path}",`,
      '    json.dumps(body).encode(),',
      '    {"Authorization": f"Bearer {os.environ[\'TGNAS_KEY\']}", "Content-Type": "application/json"},',
      ')',
      'print(json.load(urllib.request.urlopen(request)))',
    ].join('\n'),
} as const;
type Language = keyof typeof LANGUAGES;
const NAMES = { curl: 'curl', TypeScript: 'TypeScript', Python: 'Python' } as const;

export function CallSnippets({ path, body }: { path: string; body: object }) {
  const [language, setLanguage] = useState<Language>('curl');
  const source = LANGUAGES[language](path, body);
  return (
    <section class="panel snippets">
      <div class="bar">
        <h2>The same call</h2>
        <Segments label="Language" names={NAMES} chosen={language} onChoose={setLanguage} />
        <CopyButton label="Copy" text={() => source} />
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard */}
      <pre tabIndex={0}>{source}</pre>
    </section>
  );
}
