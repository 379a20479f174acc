import { describe, expect, test } from '@jest/globals';
import { opensPage, refuseForeign, refuseWithoutToken } from '../../console/server/guard.ts';

const HOST = '127.0.0.1:8787';
const OWN = { host: HOST, origin: `http://${HOST}` };
const JSON_TYPE = { 'content-type': 'application/json' };

function statusOf(method: string, headers: Record<string, string>): number | undefined {
  return refuseForeign({ method, headers: { host: HOST, ...headers } })?.status;
}

describe('the guard of the console', () => {
  test.each([
    ['reads without an origin, as curl does', 'GET', {}],
    ['reads of its own page', 'GET', { 'sec-fetch-site': 'same-origin' }],
    ['reads that a person typed into the address bar', 'GET', { 'sec-fetch-site': 'none' }],
    ['changes of its own page', 'POST', OWN],
    ['changes in JSON without an origin', 'PUT', JSON_TYPE],
    ['JSON with a charset', 'PUT', { 'content-type': 'application/json; charset=utf-8' }],
    [
      'its page under the name localhost',
      'POST',
      { host: 'localhost:1', origin: 'http://localhost:1' },
    ],
  ])('admits %s', (_, method, headers) => {
    expect(statusOf(method, headers)).toBeUndefined();
  });

  test.each([
    ['of another site', { origin: 'https://evil.example' }],
    ['of another port', { origin: 'http://127.0.0.1:3000' }],
    ['of the same host under its other name', { origin: 'http://localhost:8787' }],
    ['of another scheme', { origin: `https://${HOST}` }],
    ['of a sandboxed frame, null', { origin: 'null' }],
    ['that is empty', { origin: '' }],
  ])('refuses reads and changes with an origin %s', (_, headers) => {
    expect(statusOf('GET', headers)).toBe(403);
    expect(statusOf('POST', { ...headers, ...JSON_TYPE })).toBe(403);
  });

  test.each(['cross-site', 'same-site'])('refuses what a browser marks as %s', (site) => {
    expect(statusOf('GET', { 'sec-fetch-site': site })).toBe(403);
    expect(statusOf('POST', { 'sec-fetch-site': site, ...JSON_TYPE })).toBe(403);
  });

  test.each([
    ['text, which a form can send', { 'content-type': 'text/plain' }],
    ['a form', { 'content-type': 'application/x-www-form-urlencoded' }],
    ['a type that only looks like JSON', { 'content-type': 'application/jsonp' }],
    ['no type', {}],
  ])('refuses a change without an origin that has %s', (_, headers) => {
    expect(statusOf('POST', headers)).toBe(415);
    expect(statusOf('DELETE', headers)).toBe(415);
  });

  test('names the origin that it refuses, without control characters', () => {
    const refusal = refuseForeign({
      method: 'GET',
      headers: { host: HOST, origin: 'http://a\u001b[2J' },
    });

    expect(refusal?.detail).toBe(`origin not allowed: got http://a[2J, allowed is http://${HOST}`);
  });

  test('knows a person who follows a link to the page from a frame or a script', () => {
    const link = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' };
    const opens = (method: string, headers: Record<string, string>) =>
      opensPage({ method, headers });

    expect(opens('GET', { ...link, 'sec-fetch-dest': 'document' })).toBe(true);
    expect(opens('GET', { ...link, 'sec-fetch-dest': 'iframe' })).toBe(false);
    expect(opens('POST', { ...link, 'sec-fetch-dest': 'document' })).toBe(false);
    expect(opens('GET', { 'sec-fetch-mode': 'cors', 'sec-fetch-dest': 'empty' })).toBe(false);
  });

  test('refuses a request without the exact token, and any request passes if there is none', () => {
    const status = (headers: Record<string, string>, token?: string) =>
      refuseWithoutToken({ headers }, token)?.status;

    expect(status({}, 'secret')).toBe(401);
    expect(status({ 'x-console-token': '' }, 'secret')).toBe(401);
    expect(status({ 'x-console-token': 'secret2' }, 'secret')).toBe(401);
    expect(status({ 'x-console-token': 'secret' }, 'secret')).toBeUndefined();
    expect(status({})).toBeUndefined();
  });
});
