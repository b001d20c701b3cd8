/** What a command reads from and writes to, besides files. */
export interface Terminal {
  readonly write: (text: string) => void;
  readonly complain: (text: string) => void;
  /** All of standard input, or nothing when that is a keyboard. */
  readonly input: () => string | undefined;
  /** Where progress is drawn, when somebody watches. */
  readonly screen?: NodeJS.WriteStream;
}
