import { describe, expect, test } from '@jest/globals';
import { FailedSubjects } from '../../../lambda/core/breaker/failed-subjects.ts';

describe('failed subjects', () => {
  test('are remembered for one window after their failure', () => {
    const subjects = new FailedSubjects();

    expect(subjects.isFirstFailure('a', 0, 60)).toBe(true);
    expect(subjects.isFirstFailure('b', 30, 60)).toBe(true);
    expect(subjects.isFirstFailure('a', 59, 60)).toBe(false);
    expect(subjects.isFirstFailure('a', 60, 60)).toBe(true);
    expect(subjects.isFirstFailure('b', 60, 60)).toBe(false);
  });
});
