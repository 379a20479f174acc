/** The settings of the end-to-end suite, with more attempts and a longer deadline. */
import { defineSettings } from '../../lambda/contract/schemas/settings.ts';
import endToEnd from '../e2e/settings.ts';

export default defineSettings({
  ...endToEnd,
  // A lease of 10 s is short enough to detect crashes soon, and long enough for a busy machine.
  breaker: { ...endToEnd.breaker, firstTokenSeconds: 3, stallSeconds: 2, cooldownSeconds: 2 },
  jobs: {
    ...endToEnd.jobs,
    // No job may expire because the machine is slow.
    deadlineSeconds: 900,
    maxAttempts: 5,
    // Answers take seconds, and a batch ends with its slowest.
    workerConcurrency: 8,
  },
});
