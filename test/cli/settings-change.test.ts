import { describe, expect, test } from '@jest/globals';
import {
  changesBetween,
  changeText,
  checkedText,
  valueAt,
  withAssignments,
} from '../../cli/settings-change.ts';
import { someSettings } from '../support/settings.ts';
import '../support/errors-of-one-realm.ts';

const DEPLOYED = JSON.stringify(someSettings());

describe('an edit of the settings', () => {
  test('replaces values by their paths, and leaves all others', () => {
    const before = { a: { b: 1, c: [{ d: 'x' }, { d: 'y' }] } };

    const after = withAssignments(before, ['a.b=2', 'a.c[1].d=a text', 'e.f=true']);

    expect(after).toEqual({ a: { b: 2, c: [{ d: 'x' }, { d: 'a text' }] }, e: { f: true } });
    expect(changesBetween(before, after).map(changeText).sort()).toEqual([
      'a.b: 1 → 2',
      'a.c[1].d: "y" → "a text"',
      'e: none → {"f":true}',
    ]);
    expect(valueAt(after, 'a.c[1].d')).toBe('a text');
    expect(valueAt(after, 'a.x.y')).toBeUndefined();
  });

  test('does not reach the prototype of an object', () => {
    const after = withAssignments({}, ['__proto__.polluted=1']);

    expect(Object.hasOwn(after as object, '__proto__')).toBe(true);
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
    expect(valueAt({}, 'constructor')).toBeUndefined();
  });

  test.each(['breaker', '=1', 'breaker.cooldownSeconds='])('%j is no assignment', (assignment) => {
    expect(() => withAssignments({}, [assignment])).toThrow(/allowed is a path and a value/);
  });

  test('is refused as the functions refuse it, before it is sent', () => {
    const settings = someSettings();
    const jobs = { ...settings.jobs, workerConcurrency: settings.jobs.workerConcurrency + 1 };

    expect(() => checkedText({ ...settings, jobs }, DEPLOYED)).toThrow(
      /jobs\.workerConcurrency: got .*because the event source was deployed with it/,
    );
    expect(() => checkedText({ ...settings, typo: 1 }, DEPLOYED)).toThrow(/typo/);
    expect(JSON.parse(checkedText(settings, DEPLOYED))).toEqual(JSON.parse(DEPLOYED));
  });
});
