/** Something that the user gave and that cannot be read: told in one line, exit code 2. */
export class InputError extends Error {
  override readonly name = 'InputError';
}
