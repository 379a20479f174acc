import { describe, expect, test } from '@jest/globals';
import type { Snapshot } from '../../../console/contract/snapshot.ts';
import { iconOf, identityOf, titleOf } from '../../../console/src/frame/identity.ts';
import { EventStream } from '../../../console/src/live/event-stream.ts';
import { followSnapshots } from '../../../console/src/live/follow.ts';
import {
  healthAge,
  heard,
  type LiveState,
  lost,
  seriesAge,
} from '../../../console/src/live/live-state.ts';
import { parseRoute, viewsOf } from '../../../console/src/route.ts';
import { takeToken } from '../../../console/src/token.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';
import { health, NOW_MS, series, snapshot, timeAt } from './snapshots.ts';

describe('the page’s address', () => {
  test('names a view, a path and a query', () => {
    expect(parseRoute('')).toEqual({ view: 'overview', path: 'overview', search: '' });
    expect(parseRoute('#/jobs/abc?filter=waiting')).toEqual({
      view: 'jobs',
      path: 'jobs/abc',
      search: 'filter=waiting',
    });
  });

  test('may name a view that does not exist', () => {
    expect(parseRoute('#/constructor').view).toBeUndefined();
    expect(viewsOf('deployed')).not.toContain('faults');
    expect(viewsOf('laptop')).toContain('faults');
  });

  test('loses its token, which the tab keeps', () => {
    const kept = new Map<string, string>();
    const shown: string[] = [];
    const place = (hash: string) => ({
      location: { hash, pathname: '/' },
      history: { replaceState: (_: null, __: string, url: string) => void shown.push(url) },
      storage: {
        getItem: (key: string) => kept.get(key) ?? null,
        setItem: (key: string, value: string) => void kept.set(key, value),
      },
    });

    expect(takeToken(place('#/jobs'))).toBeUndefined();
    expect(takeToken(place('#token=s3cret-_'))).toBe('s3cret-_');
    expect(shown).toEqual(['/#/overview']);
    expect(takeToken(place('#/jobs'))).toBe('s3cret-_');
  });
});

describe('the tab', () => {
  const { instance } = snapshot();
  const deployed = { ...instance, kind: 'deployed', account: '123456789012' } as const;

  test('says LOCAL, or the account and the region', () => {
    expect(titleOf(instance, undefined)).toBe('LOCAL · Holdfast');
    expect(identityOf(deployed)).toBe('123456789012 us-east-1');
    expect(titleOf(undefined, undefined)).toBe('Holdfast');
  });

  test('begins with the trouble, and changes the icon’s shape', () => {
    expect(titleOf(deployed, 'circuit open')).toBe(
      '⚠ circuit open · 123456789012 us-east-1 · Holdfast',
    );
    expect(iconOf(instance, false)).toBe('/console/icon-local.svg');
    expect(iconOf(deployed, true)).toBe('/console/icon-aws-trouble.svg');
  });
});

describe('the age of the data', () => {
  test('is stale after three missed reads, and after 6 s at the earliest', () => {
    const { instance, ...rest } = snapshot();
    const at = (seconds: number): LiveState =>
      heard({ ...rest, instance, health: { at: timeAt(-seconds), value: health() } }, NOW_MS);
    const slow = heard(
      {
        ...rest,
        instance: { ...instance, pollSeconds: 5 },
        health: { at: timeAt(-14), value: health() },
      },
      NOW_MS,
    );

    expect(healthAge(at(6), NOW_MS)).toEqual({ ms: 6_000, isStale: false });
    expect(healthAge(at(7), NOW_MS)).toEqual({ ms: 7_000, isStale: true });
    expect(healthAge(slow, NOW_MS)?.isStale).toBe(false);
    expect(healthAge({}, NOW_MS)).toBeUndefined();
  });

  test('of CloudWatch’s series may be three minutes', () => {
    const { instance, ...rest } = snapshot(health(), {
      series: { at: timeAt(-100), value: series() },
    });

    expect(seriesAge(heard({ ...rest, instance }, NOW_MS), NOW_MS)?.isStale).toBe(true);
    expect(
      seriesAge(heard({ ...rest, instance: { ...instance, kind: 'deployed' } }, NOW_MS), NOW_MS)
        ?.isStale,
    ).toBe(false);
  });

  test('a lost connection keeps the time of its beginning', () => {
    const first = lost(heard(snapshot(), NOW_MS), 'gone', NOW_MS);

    expect(lost(first, 'still gone', NOW_MS + 9_000).lost).toEqual({
      sinceMs: NOW_MS,
      reason: 'still gone',
    });
  });
});

test('server-sent events are read in pieces of any size', () => {
  const events = new EventStream();

  expect(events.take('data: {"a"')).toEqual([]);
  expect(events.take(':1}\n\n: heartbeat\n\ndata: 2\n')).toEqual(['{"a":1}']);
  expect(events.take('\n')).toEqual(['2']);
});

describe('following the snapshots', () => {
  const { instance, ...rest } = snapshot();
  const polled: Snapshot = { ...rest, instance: { ...instance, updates: 'poll', pollSeconds: 5 } };

  /** Follows a server that gives these responses in order, and ends with the last one. */
  async function follow(responses: readonly ((path: string) => Response)[]) {
    const clock = new VirtualClock(NOW_MS);
    const stop = new AbortController();
    const states: LiveState[] = [];
    const requests: { path: string; etag: string | null; atMs: number }[] = [];
    await followSnapshots({
      fetch: async (input, init) => {
        const respond = responses[requests.length];
        if (requests.length >= responses.length - 1) stop.abort();
        const path = String(input);
        const etag = new Headers(init?.headers).get('if-none-match');
        requests.push({ path, etag, atMs: clock.nowMs - NOW_MS });
        if (!respond) throw new TypeError('fetch failed');
        return respond(path);
      },
      now: () => clock.now(),
      sleep: async (ms) => {
        // The watch over a silent stream must not end it here.
        if (ms < 30_000) await clock.sleep(ms);
        else await new Promise(() => undefined);
      },
      onChange: (state) => void states.push(state),
      signal: stop.signal,
    });
    return { states, requests };
  }

  const fresh = (shown: Snapshot, etag: string) => () =>
    new Response(JSON.stringify(shown), { headers: { etag } });
  const unchanged = () => new Response(null, { status: 304 });

  test('polls with the latest ETag, every `pollSeconds`', async () => {
    const { requests } = await follow([
      fresh(polled, '"1"'),
      unchanged,
      fresh(polled, '"2"'),
      unchanged,
    ]);

    expect(requests.map(({ etag, atMs }) => [etag, atMs])).toEqual([
      [null, 0],
      ['"1"', 5_000],
      ['"1"', 10_000],
      ['"2"', 15_000],
    ]);
  });

  test('listens to the stream of the laptop, and connects again when it ends', async () => {
    const streamed = { ...rest, instance, problems: ['from the stream'] };
    const { states, requests } = await follow([
      fresh({ ...rest, instance }, '"1"'),
      () => new Response(`data: ${JSON.stringify(streamed)}\n\n`),
      fresh({ ...rest, instance }, '"2"'),
      unchanged,
    ]);

    expect(requests.map(({ path }) => path)).toEqual([
      '/console/snapshot',
      '/console/stream',
      '/console/snapshot',
      '/console/stream',
    ]);
    expect(
      states.map(({ snapshot: shown, lost: gone }) => [shown?.problems, gone?.reason]),
    ).toEqual([
      [[], undefined],
      [['from the stream'], undefined],
      [['from the stream'], 'the server ended the connection'],
      [[], undefined],
    ]);
  });

  test('keeps the last snapshot while the server does not answer, and waits longer each time', async () => {
    const fails = () => {
      throw new TypeError('Failed to fetch');
    };
    const { states, requests } = await follow([fresh(polled, '"1"'), fails, fails, fails, fails]);

    expect(requests.map(({ atMs }) => atMs)).toEqual([0, 5_000, 6_000, 8_000, 12_000]);
    expect(states.at(-1)).toEqual({
      snapshot: polled,
      heardAtMs: NOW_MS,
      lost: { sinceMs: NOW_MS + 5_000, reason: 'the server does not answer' },
    });
  });

  test('shows why the server refuses the page', async () => {
    const refused = () => Response.json({ detail: 'the token is wrong' }, { status: 401 });
    const { states } = await follow([refused, refused]);

    expect(states[0]?.lost?.reason).toBe('the token is wrong');
  });
});
