/** Where in the caller's input something is wrong. */
export interface Position {
  /** RFC 6901 JSON pointer into the architecture, e.g. `/edges/3/1`; `''` is the architecture itself. */
  readonly pointer: string;
  /** Zero-based character offset into the text at `pointer`, when that is a string. */
  readonly offset?: number;
}

/**
 * An architecture that cannot be read: the one error that a caller's input causes in `graph`, `formats`,
 * `operators` and `spaces`. `code` is stable, kebab-case, and part of the public API.
 */
export class ArchitectureError extends Error {
  override readonly name = 'ArchitectureError';
  readonly code: string;
  readonly position: Position;

  constructor(code: string, message: string, position: Position = { pointer: '' }) {
    super(message);
    this.code = code;
    this.position = position;
  }
}
