/** The chain of the end-to-end suite, with room for jobs that are hit again and again. */
import { defineSettings } from '../../lambda/contract/schemas/settings.ts';
import endToEnd from '../e2e/settings.ts';

export default defineSettings({
  ...endToEnd,
  // A lease of 5 s: a crash is seen soon, and a call on a busy machine is not taken for one.
  breaker: { ...endToEnd.breaker, callTimeoutSeconds: 4, cooldownSeconds: 2 },
  jobs: {
    ...endToEnd.jobs,
    // Nothing is to end because the machine is slow.
    deadlineSeconds: 900,
    maxAttempts: 5,
  },
});
