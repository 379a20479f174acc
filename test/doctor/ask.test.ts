import { describe, expect, test } from '@jest/globals';
import { ask } from '../../doctor/ask.ts';

const QUESTION = { check: 'bootstrap', subject: 'us-east-1', action: 'ssm:GetParameter' } as const;

describe('a question to AWS', () => {
  test('that hangs ends at its limit, and its request is aborted', async () => {
    let signal: AbortSignal | undefined;
    const [finding] = await ask({ ...QUESTION, limitMs: 10 }, (given) => {
      signal = given;
      return new Promise(() => undefined);
    });
    expect(finding).toMatchObject({
      ...about(),
      level: 'warning',
      found: 'no answer within 0.01 s',
    });
    expect(signal?.aborted).toBe(true);
  });

  test.each([
    [{ name: 'ExpiredTokenException' }, 'bad', /fresh credentials/],
    [{ name: 'AccessDeniedException' }, 'warning', /^allow ssm:GetParameter$/],
    [{ name: 'Error', code: 'ENOTFOUND' }, 'warning', /network/],
    [{ name: 'InternalServerError' }, 'warning', /run again/],
  ])('that fails with %p is %s', async (fields, level, fix) => {
    const error = Object.assign(new Error('a text that may quote anything'), fields);
    const [finding] = await ask(QUESTION, () => Promise.reject(error));
    expect(finding).toMatchObject({ ...about(), level });
    expect(finding?.fix).toMatch(fix);
    expect(JSON.stringify(finding)).not.toContain(error.message);
  });

  function about() {
    return { check: QUESTION.check, subject: QUESTION.subject };
  }
});
