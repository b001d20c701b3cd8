/** The parts of a generated module, from which `pytorch.ts` makes the file. */
export interface Source {
  /** Classes of the architecture's own; the last is `Network(classes)`. */
  readonly classes: readonly string[];
  /** Shape of one input, [channels, height, width]. */
  readonly input: readonly [channels: number, height: number, width: number];
  /** What `Network` takes besides itself. */
  readonly classCount?: number;
}

/** Lines indented by four spaces a level. */
export const indented = (lines: readonly string[], levels: number): string =>
  lines.map((line) => (line === '' ? '' : `${'    '.repeat(levels)}${line}`)).join('\n');
