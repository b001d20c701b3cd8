/** A search that cannot be started, or scores that do not fit it. `code` is stable, kebab-case and public. */
export class SearchError extends Error {
  override readonly name = 'SearchError';
  readonly code: string;
  /** RFC 6901 JSON pointer into the search's settings, or `''`. */
  readonly pointer: string;

  constructor(code: string, message: string, pointer = '') {
    super(message);
    this.code = code;
    this.pointer = pointer;
  }
}
