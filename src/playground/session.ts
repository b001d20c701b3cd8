/** What all views share: the client of whoever has a key. */
import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import { AuthenticationError, LimitError, Tgnas, TgnasError } from '../client/client.ts';

export interface Session {
  readonly client: Tgnas;
  /** Called with what went wrong: a key that is refused is asked for again. */
  readonly failed: (error: unknown) => void;
  /** Whether something is being tried again just now. */
  readonly retrying: boolean;
}

export const SessionContext = createContext<Session | null>(null);

/** @throws Error outside of a session */
export function useSession(): Session {
  const session = useContext(SessionContext);
  if (session === null) throw new Error('there is no key, hence no session');
  return session;
}

/** A client that goes on trying for as long as a server takes to come back. */
export const openClient = (key: string, onRetry: () => void): Tgnas =>
  new Tgnas({ key, url: location.origin, retries: 40, timeout: 10_000, onRetry });

export const isRefused = (error: unknown): boolean => error instanceof AuthenticationError;

/** An error in words for whoever looks at the page. */
export function inWords(error: unknown): string {
  if (error instanceof LimitError && error.retryAfter !== undefined) {
    return `${error.message} (again in ${Math.ceil(error.retryAfter)} s)`;
  }
  return error instanceof TgnasError || error instanceof Error ? error.message : String(error);
}

/** Whether an error is nothing but our own wish to end a call. */
export const isAbort = (error: unknown): boolean =>
  error instanceof DOMException && error.name === 'AbortError';
