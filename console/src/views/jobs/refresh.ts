import type { Instance } from '../../../contract/snapshot.ts';

const LAPTOP_MS = 2_000;

/**
 * Returns the time between two readings of jobs, in milliseconds. For a deployed stack it is undefined:
 * the log of operators' actions records each look, so a page that is left open would fill it.
 */
export function refreshEveryMs({ kind }: Pick<Instance, 'kind'>): number | undefined {
  return kind === 'laptop' ? LAPTOP_MS : undefined;
}
