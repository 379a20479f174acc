import { describe, expect, test } from '@jest/globals';
import { createSignedFetch } from '../../console/server/signed-fetch.ts';
import '../support/errors-of-one-realm.ts';

const URL_OF_HEALTH = 'https://abc.execute-api.eu-west-1.amazonaws.com/v1/admin/health';

/** Returns the requests that a signed fetch would send. */
function capturing(credentials: Parameters<typeof createSignedFetch>[0]['credentials']) {
  const sent: { url: string; headers: Headers; init: RequestInit }[] = [];
  const signed = createSignedFetch({
    region: 'eu-west-1',
    credentials,
    fetch: async (url, init = {}) => {
      sent.push({ url: String(url), headers: new Headers(init.headers), init });
      return new Response('{}');
    },
  });
  return { signed, sent };
}

describe('a signed fetch', () => {
  test('asks the provider of credentials before each request, and sends the session token', async () => {
    const tokens = ['first', 'second'];
    const { signed, sent } = capturing(async () => ({
      accessKeyId: 'AKID',
      secretAccessKey: 'secret',
      sessionToken: tokens.shift() ?? '',
    }));

    await signed(URL_OF_HEALTH);
    await signed(URL_OF_HEALTH);

    expect(sent.map(({ headers }) => headers.get('x-amz-security-token'))).toEqual([
      'first',
      'second',
    ]);
    for (const { headers } of sent) {
      expect(headers.get('authorization')).toMatch(
        /^AWS4-HMAC-SHA256 Credential=AKID\/\d{8}\/eu-west-1\/execute-api\/aws4_request, SignedHeaders=host;x-amz-date;x-amz-security-token, /,
      );
      expect(headers.has('host')).toBe(false);
    }
  });

  test('keeps the other headers, the method, the body and the signal', async () => {
    const { signed, sent } = capturing({ accessKeyId: 'AKID', secretAccessKey: 'secret' });
    const { signal } = new AbortController();
    const init = {
      method: 'PUT',
      body: '{}',
      headers: { 'content-type': 'application/json' },
      signal,
    };

    await signed(new URL(`${URL_OF_HEALTH}?a=1`), init);

    expect(sent[0]?.url).toBe(`${URL_OF_HEALTH}?a=1`);
    expect(sent[0]?.init).toMatchObject({ method: 'PUT', body: '{}', signal });
    expect(sent[0]?.headers.get('content-type')).toBe('application/json');
  });

  test('refuses a body that it cannot sign, and sends nothing', async () => {
    const { signed, sent } = capturing({ accessKeyId: 'AKID', secretAccessKey: 'secret' });

    const stream = signed(URL_OF_HEALTH, { method: 'POST', body: new FormData() });

    await expect(stream).rejects.toThrow('needs a URL and a body of text or bytes');
    expect(sent).toEqual([]);
  });

  test('fails with the error of the provider of credentials', async () => {
    const { signed } = capturing(() => Promise.reject(new Error('no credentials')));

    await expect(signed(URL_OF_HEALTH)).rejects.toThrow('no credentials');
  });
});
