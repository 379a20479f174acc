import { ALL_KEYS } from '../../lambda/contract/policy.ts';

/** The highest limits of an API key, for tests and benches that post faster than a caller may. */
export const HIGHEST_KEY_LIMITS = {
  keyRequestsPerSecond: ALL_KEYS.requestsPerSecond,
  keyBurst: ALL_KEYS.burst,
};
