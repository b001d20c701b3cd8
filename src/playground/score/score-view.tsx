import { useEffect, useMemo, useState } from 'preact/hooks';
import type { ScoreResult, SpaceDetails } from '../../client/client.ts';
import type { FormatId } from '../../formats/format.ts';
import { ArchitectureError } from '../../graph/architecture-error.ts';
import { EXPORTS, type ExportForm, exportArchitecture } from '../../spaces/export/export.ts';
import { pytorchOf } from '../../spaces/export/pytorch.ts';
import { seededRandom } from '../../spaces/random.ts';
import { SPACES } from '../../spaces/registry.ts';
import type { Genome, Space } from '../../spaces/space.ts';
import { mutate, sample } from '../../spaces/variation.ts';
import { CopyButton } from '../copy-button.tsx';
import { useNarrow } from '../narrow.ts';
import { inWords, isAbort, useSession } from '../session.ts';
import { CallSnippets } from './call-snippets.tsx';
import { CellEditor } from './cell-editor.tsx';
import { GraphDrawing } from './graph-drawing.tsx';
import { beginningOf, FREE_FORMATS, readSubject, type Subject } from './subject.ts';
import { Verdict } from './verdict.tsx';

/** Typing is over when nothing came for so long. */
const PAUSE_MS = 120;
const INCLUDE = ['heads', 'expected', 'cost', 'operators'] as const;
const EXPORT_NAMES: Readonly<Record<ExportForm, string>> = {
  arch: 'Arch string',
  genotype: 'Genotype',
  json: 'JSON',
  dot: 'DOT',
  pytorch: 'PyTorch',
};

function useScore(subject: Subject, readable: boolean) {
  const { client, failed } = useSession();
  const [result, setResult] = useState<ScoreResult>();
  const [error, setError] = useState('');
  const [pending, setPending] = useState(readable);
  // Scores of another format compare with nothing here.
  useEffect(() => setResult(undefined), [subject.format]);
  useEffect(() => {
    if (!readable) {
      setPending(false);
      setError('');
      return;
    }
    const abort = new AbortController();
    setPending(true);
    const timer = setTimeout(async () => {
      try {
        const { format, text } = subject;
        const request = { format, architectures: [text], include: [...INCLUDE] };
        const { results } = await client.score(request, { signal: abort.signal });
        setResult(results[0]);
        setError('');
      } catch (thrown) {
        if (isAbort(thrown) || abort.signal.aborted) return;
        failed(thrown);
        setError(inWords(thrown));
      }
      setPending(false);
    }, PAUSE_MS);
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [client, subject, readable]);
  return { result, error, pending };
}

const NO_SPACE = 'dag';
const spaceIdOf = (format: FormatId): string => (format === 'chain' ? 'macro-chain' : format);

function useSpace(format: FormatId): SpaceDetails | undefined {
  const { client, failed } = useSession();
  const [space, setSpace] = useState<SpaceDetails>();
  useEffect(() => {
    const abort = new AbortController();
    setSpace(undefined);
    if (format !== NO_SPACE) {
      client.space(spaceIdOf(format), { signal: abort.signal }).then(setSpace, (error: unknown) => {
        if (!isAbort(error)) failed(error);
      });
    }
    return () => abort.abort();
  }, [client, format]);
  return space;
}

const random = () => seededRandom(crypto.getRandomValues(new Uint32Array(1))[0] ?? 0);

/** What an architecture can be copied as. */
function exportsOf({ format, text }: Subject, editable: { space: Space; genome: Genome } | undefined) {
  if (editable !== undefined) {
    const { space, genome } = editable;
    return EXPORTS.filter((form) => form !== 'genotype' || format === 'darts').map((form) => ({
      form,
      text: () => exportArchitecture(space, genome, form).text,
    }));
  }
  return [
    { form: 'arch' as const, text: () => text },
    { form: 'pytorch' as const, text: () => pytorchOf(format, text) },
  ];
}

function Choices({ label, of }: { label: string; of: readonly { id: string; title: string }[] }) {
  return (
    <optgroup label={label}>
      {of.map(({ id, title }) => (
        <option key={id} value={id}>
          {title}
        </option>
      ))}
    </optgroup>
  );
}

interface ScoreViewProps {
  readonly subject: Subject;
  readonly onSubject: (subject: Subject) => void;
}

export function ScoreView({ subject, onSubject }: ScoreViewProps) {
  const { format, text } = subject;
  const reading = useMemo(() => readSubject(subject), [subject]);
  const read = 'fault' in reading ? undefined : reading;
  const fault = 'fault' in reading ? reading.fault : undefined;
  const [lastRead, setLastRead] = useState({ format, read });
  useEffect(() => {
    if (read !== undefined) setLastRead({ format, read });
  }, [format, read]);
  const [contracted, setContracted] = useState(false);
  const { result, error, pending } = useScore(subject, read !== undefined);
  const space = useSpace(format);
  const narrow = useNarrow('(max-width: 60rem)');

  // While a text cannot be read, what it was before stays in its place, and cannot be changed by clicks.
  const drawn = read ?? (lastRead.format === format ? lastRead.read : undefined);
  const editable = read?.editable;
  const onGenome = (genome: Genome | undefined) => {
    if (editable === undefined || genome === undefined) return;
    try {
      onSubject({ format, text: editable.space.print(genome) });
    } catch (thrown) {
      // A choice that leaves the space: the box springs back.
      if (!(thrown instanceof ArchitectureError)) throw thrown;
    }
  };
  const place = fault === undefined ? '' : placeOf(fault);
  return (
    <div class="score-view">
      <div class="write">
        <section class="panel">
          <div class="bar">
            <h2>
              <label for="format">Architecture</label>
            </h2>
            <select
              id="format"
              value={drawn?.editable?.space.id ?? format}
              onChange={(event) => onSubject(beginningOf(event.currentTarget.value))}
            >
              <Choices label="Spaces" of={[...SPACES.values()]} />
              <Choices label="Formats" of={FREE_FORMATS} />
            </select>
            <button
              type="button"
              disabled={!editable}
              onClick={() => editable && onGenome(sample(editable.space, random()))}
            >
              Random
            </button>
            <button
              type="button"
              disabled={!editable}
              onClick={() => editable && onGenome(mutate(editable.space, editable.genome, random()))}
            >
              Mutate
            </button>
          </div>
          <textarea
            aria-label="Architecture as text"
            aria-invalid={fault !== undefined}
            aria-describedby="fault"
            spellcheck={false}
            rows={format === 'nas-bench-201' || format === 'transnas-bench-101' ? 3 : 9}
            value={text}
            onInput={(event) => onSubject({ format, text: event.currentTarget.value })}
          />
          <p id="fault" class="error line" role="status">
            {fault === undefined ? error : `${fault.message}${place}`}
          </p>
          {drawn?.editable !== undefined && (
            <fieldset class="choices" aria-label="Operators" disabled={editable === undefined}>
              <CellEditor {...drawn.editable} onGenome={onGenome} />
            </fieldset>
          )}
        </section>
        <section class="panel">
          <div class="bar">
            <h2>Graph</h2>
            <label class="switch">
              <input
                type="checkbox"
                checked={contracted}
                onChange={(event) => setContracted(event.currentTarget.checked)}
              />
              As it is scored
            </label>
            <span class="quiet legend">grey: without effect</span>
          </div>
          <div class="canvas" data-stale={fault !== undefined}>
            {drawn === undefined ? (
              <p class="quiet">Nothing to draw yet.</p>
            ) : (
              <GraphDrawing
                graph={contracted ? drawn.canonical : drawn.written}
                sideways={format !== 'chain' && !narrow}
              />
            )}
          </div>
          <div class="bar copies">
            <span class="quiet">Copy as</span>
            {exportsOf(subject, editable).map(({ form, text }) => (
              <CopyButton key={form} label={EXPORT_NAMES[form]} text={text} />
            ))}
          </div>
        </section>
      </div>
      <Verdict
        result={result}
        pending={pending}
        stale={!pending && (fault !== undefined || error !== '')}
        space={space}
      />
      <CallSnippets
        path="/v1/score"
        body={{ format, architectures: [jsonOr(text)], include: ['heads', 'cost'] }}
      />
    </div>
  );
}

/** As JSON where it is JSON: easier to read within a call. */
function jsonOr(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

const placeOf = ({ position: { pointer, offset } }: ArchitectureError): string =>
  offset === undefined ? (pointer === '' ? '' : ` (at ${pointer})`) : '';
