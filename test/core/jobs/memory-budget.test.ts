import { describe, expect, test } from '@jest/globals';
import { MemoryBudget } from '../../../lambda/core/jobs/memory-budget.ts';

describe('the memory budget of a sandbox', () => {
  test('has room up to its limit, and again once a job has left', () => {
    const budget = new MemoryBudget(100);
    const leave = budget.take(60);

    expect(budget.take(41)).toBeUndefined();
    expect(budget.take(40)).toBeDefined();
    expect(budget.take(1)).toBeUndefined();
    leave?.();
    expect(budget.take(60)).toBeDefined();
  });

  test('has room for a job above its limit only while no other job is there', () => {
    const budget = new MemoryBudget(100);
    const leave = budget.take(1);

    expect(budget.take(101)).toBeUndefined();
    leave?.();
    expect(budget.take(101)).toBeDefined();
    expect(budget.take(1)).toBeUndefined();
  });

  test('counts a job that leaves twice only once', () => {
    const budget = new MemoryBudget(100);
    const leave = budget.take(50);
    budget.take(50);

    leave?.();
    leave?.();

    expect(budget.take(51)).toBeUndefined();
    expect(budget.take(50)).toBeDefined();
  });
});
