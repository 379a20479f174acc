import { describe, expect, test } from '@jest/globals';
import { originsOf, withCors } from '../../lambda/http/cors.ts';
import { json } from '../../lambda/http/responses.ts';
import { anApiEvent } from '../support/api-event.ts';

const ORIGINS = originsOf('https://a.example https://b.example');

function respondTo(route: string, origin?: string, origins = ORIGINS) {
  const others = { Accept: '*/*', Referer: 'https://a.example' };
  const headers = origin === undefined ? others : { ...others, Origin: origin };
  const event = { ...anApiEvent({ route }), headers };
  let asked = 0;
  const response = withCors(origins, event, async () => {
    asked++;
    return json(202, { jobId: 'a' }, { location: '/v1/jobs/a' });
  });
  return response.then(({ statusCode, headers: got = {}, body }) => ({
    ...{ statusCode, got, body, asked },
  }));
}

test('the list of origins may have more than one space between two of them', () => {
  expect(originsOf(' https://a.example  https://b.example ')).toEqual(ORIGINS);
});

describe('a response', () => {
  test('may be read by a page of an allowed origin, with the address of the job', async () => {
    const { got } = await respondTo('POST /jobs', 'https://b.example');

    expect(got).toMatchObject({
      'access-control-allow-origin': 'https://b.example',
      'access-control-expose-headers': 'location, retry-after',
      location: '/v1/jobs/a',
      vary: 'origin',
    });
  });

  test.each([
    undefined,
    'https://evil.example',
    'null',
    'https://a.example.evil',
    'https://A.example',
  ])('may not be read by the origin %s', async (origin) => {
    const { got, asked } = await respondTo('POST /jobs', origin);

    expect(asked).toBe(1);
    expect(got).not.toHaveProperty('access-control-allow-origin');
    expect(got.vary).toBe('origin');
  });

  test('stays as it is where no origin is allowed', async () => {
    const { got } = await respondTo('POST /jobs', 'https://a.example', originsOf(undefined));

    expect(got).not.toHaveProperty('access-control-allow-origin');
    expect(got).not.toHaveProperty('vary');
  });
});

describe('a preflight request', () => {
  test('of an allowed origin learns what it may send, without reaching a route', async () => {
    const { statusCode, got, body, asked } = await respondTo('OPTIONS /jobs', 'https://a.example');

    expect([statusCode, body, asked]).toEqual([204, '', 0]);
    expect(got).toMatchObject({
      'access-control-allow-origin': 'https://a.example',
      'access-control-allow-headers': 'content-type, x-api-key, idempotency-key',
      'access-control-allow-methods': 'GET, POST, DELETE',
    });
  });

  test('of another origin learns nothing', async () => {
    const { statusCode, got } = await respondTo('OPTIONS /jobs', 'https://evil.example');

    expect([statusCode, got]).toEqual([204, { vary: 'origin' }]);
  });
});
