import type { Attempt } from '../router/run-result.ts';

const MAX_ATTEMPTS = 20;

/**
 * A job's history, its latest attempts: every call that was made, but only the last run's skips. A
 * job that waits out an outage skips the same targets each time, and that would bury the calls.
 */
export function withRun(history: readonly Attempt[], run: readonly Attempt[]): readonly Attempt[] {
  const calls = history.filter(({ outcome }) => outcome !== 'skipped');
  return [...calls, ...run].slice(-MAX_ATTEMPTS);
}
