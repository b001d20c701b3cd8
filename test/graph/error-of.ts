import { ArchitectureError } from '../../src/graph/architecture-error.ts';

/** The ArchitectureError that `act` throws; anything else that happens fails the test. */
export function errorOf(act: () => unknown): ArchitectureError {
  try {
    act();
  } catch (error) {
    if (error instanceof ArchitectureError) return error;
    throw error;
  }
  throw new Error('expected an ArchitectureError, nothing was thrown');
}
