import { describe, expect, test } from '@jest/globals';
import type { Circuit } from '../../../lambda/core/breaker/circuit.ts';
import { seedOf } from '../../../lambda/core/breaker/window-writer.ts';

const COMMON = { version: 3, epoch: 7, sinceMs: 1_000, writer: 'w1' };
const CLOSED: Circuit = { ...COMMON, state: 'CLOSED', seededSuccesses: 5 };
const EVIDENCE = { rule: 'rate', calls: 20, failures: 7 } as const;
const OPEN: Circuit = { ...COMMON, state: 'OPEN', untilMs: 9_000, opens: 1, evidence: EVIDENCE };

describe('the successes that a window starts with', () => {
  test.each([
    ['count while the end of the recovery is inside the window', CLOSED, 7, 1_000, 5],
    ['do not count once the window has moved on', CLOSED, 7, 1_001, 0],
    ['do not count in another epoch', CLOSED, 8, 1_000, 0],
    ['are none for a circuit that is open', OPEN, 7, 1_000, 0],
    ['are none for a circuit that has not been read', undefined, 7, 1_000, 0],
  ])('%s', (_title, circuit, epoch, startMs, seed) => {
    expect(seedOf(circuit, epoch, startMs)).toBe(seed);
  });
});
