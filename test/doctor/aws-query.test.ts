import { describe, expect, test } from '@jest/globals';
import { queryAws } from '../../doctor/aws-query.ts';

const QUERY = { check: 'bootstrap', subject: 'us-east-1', action: 'ssm:GetParameter' } as const;

describe('a query to AWS', () => {
  test('that hangs ends at its time limit, and its request is aborted', async () => {
    let signal: AbortSignal | undefined;
    const [finding] = await queryAws({ ...QUERY, limitMs: 10 }, (given) => {
      signal = given;
      return new Promise(() => undefined);
    });
    expect(finding).toMatchObject({
      ...about(),
      level: 'warning',
      found: 'no response within 0.01 s',
    });
    expect(signal?.aborted).toBe(true);
  });

  test.each([
    [{ name: 'ExpiredTokenException' }, 'bad', /new credentials/],
    [
      { name: 'AccessDeniedException' },
      'warning',
      /^allow ssm:GetParameter for your user or role$/,
    ],
    [{ name: 'Error', code: 'ENOTFOUND' }, 'warning', /network/],
    [{ name: 'InternalServerError' }, 'warning', /run the doctor again/],
  ])('that fails with %p gives a finding of level %s', async (fields, level, fix) => {
    const error = Object.assign(new Error('a message that may quote anything'), fields);
    const [finding] = await queryAws(QUERY, () => Promise.reject(error));
    expect(finding).toMatchObject({ ...about(), level });
    expect(finding?.fix).toMatch(fix);
    expect(JSON.stringify(finding)).not.toContain(error.message);
  });

  function about() {
    return { check: QUERY.check, subject: QUERY.subject };
  }
});
