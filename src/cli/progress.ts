import { Presets, SingleBar } from 'cli-progress';

export interface ProgressBar {
  update(done: number, note: string): void;
  stop(): void;
}

const NOBODY: ProgressBar = { update: () => {}, stop: () => {} };

/** A bar that fills up to `total`, with a note beside it; nothing where nobody watches. */
export function progressBar(screen: NodeJS.WriteStream | undefined, total: number): ProgressBar {
  if (screen === undefined) return NOBODY;
  const bar = new SingleBar(
    { stream: screen, format: '{bar} {value}/{total}  {eta_formatted} left  {note}', clearOnComplete: true },
    Presets.shades_classic,
  );
  bar.start(total, 0, { note: '' });
  return {
    update: (done, note) => bar.update(done, { note }),
    stop: () => bar.stop(),
  };
}
