/** The settings of the end-to-end suite, with more attempts and a longer deadline. */
import { defineSettings } from '../../lambda/contract/schemas/settings.ts';
import endToEnd from '../e2e/settings.ts';

export default defineSettings({
  ...endToEnd,
  // A lease of 5 s is short enough to detect crashes soon, and long enough for calls on a busy machine.
  breaker: { ...endToEnd.breaker, firstTokenSeconds: 4, cooldownSeconds: 2 },
  jobs: {
    ...endToEnd.jobs,
    // No job may expire because the machine is slow.
    deadlineSeconds: 900,
    maxAttempts: 5,
  },
});
