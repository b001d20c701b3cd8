import { useEffect, useState } from 'preact/hooks';

/** Copies a text, which may have to be made first. */
export function CopyButton({ label, text }: { label: string; text: () => string | Promise<string> }) {
  const [state, setState] = useState<'idle' | 'copied' | 'failed'>('idle');
  useEffect(() => {
    if (state === 'idle') return;
    const timer = setTimeout(() => setState('idle'), 1_500);
    return () => clearTimeout(timer);
  }, [state]);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(await text());
      setState('copied');
    } catch {
      setState('failed');
    }
  };
  return (
    <button type="button" class="copy" onClick={copy} aria-live="polite">
      <span data-hidden={state !== 'idle'}>{label}</span>
      {state === 'copied' && <span class="over">Copied</span>}
      {state === 'failed' && <span class="over">Failed</span>}
    </button>
  );
}
