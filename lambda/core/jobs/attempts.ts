import type { Attempt } from '../router/run-result.ts';

const MAX_ATTEMPTS = 20;

/**
 * Adds a run's attempts to a job's history and keeps only the latest attempts. Removes the skips of
 * earlier runs: a job that waits through an outage skips the same targets in each run, and these
 * skips would push the calls out of the history.
 */
export function withRun(history: readonly Attempt[], run: readonly Attempt[]): readonly Attempt[] {
  const calls = history.filter(({ outcome }) => outcome !== 'skipped');
  return [...calls, ...run].slice(-MAX_ATTEMPTS);
}
