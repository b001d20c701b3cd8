import { ArchitectureError } from '../graph/architecture-error.ts';

/** Longest text that any format reads, in UTF-16 code units. */
export const MAX_TEXT_LENGTH = 65_536;

/** How much of the caller's text an error message quotes. */
const QUOTED_LENGTH = 24;

/** A place in a text being read from left to right; every failure names the place. */
export class TextCursor {
  readonly text: string;
  at = 0;
  readonly #code: string;

  /**
   * @param code the error code of text that does not follow the grammar
   * @throws ArchitectureError `architecture-too-long`
   */
  constructor(text: string, code: string, maxLength = MAX_TEXT_LENGTH) {
    if (text.length > maxLength) {
      throw new ArchitectureError(
        'architecture-too-long',
        `the text may have at most ${maxLength} characters, got ${text.length}`,
        { pointer: '', offset: maxLength },
      );
    }
    this.text = text;
    this.#code = code;
  }

  get done(): boolean {
    return this.at >= this.text.length;
  }

  startsWith(literal: string): boolean {
    return this.text.startsWith(literal, this.at);
  }

  /** Steps over `literal` if it stands here. */
  skip(literal: string): boolean {
    if (!this.startsWith(literal)) return false;
    this.at += literal.length;
    return true;
  }

  /** Steps over `literal`, which must stand here. */
  expect(literal: string): void {
    if (!this.skip(literal)) this.fail(`"${literal}"`);
  }

  /** Reads what `pattern` (with the sticky flag) matches here, possibly nothing. */
  take(pattern: RegExp): string {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text)?.[0] ?? '';
    this.at += found.length;
    return found;
  }

  /** Nothing may follow. */
  expectEnd(): void {
    if (!this.done) this.fail('the end of the text');
  }

  /** @param expected what should have stood at `at`, to be read after "expected" */
  fail(expected: string, code = this.#code, at = this.at): never {
    const rest = this.text.slice(at, at + QUOTED_LENGTH);
    const got = rest === '' ? 'the end of the text' : JSON.stringify(rest);
    throw new ArchitectureError(code, `expected ${expected} at character ${at}, got ${got}`, {
      pointer: '',
      offset: at,
    });
  }
}
