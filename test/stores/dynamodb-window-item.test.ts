import { describe, expect, test } from '@jest/globals';
import { CIRCUITS_TABLE } from '../../lambda/contract/keys.ts';
import type { WindowCounts } from '../../lambda/core/breaker/circuit-store.ts';
import {
  fromWindowItem,
  periodOf,
  toWindowUpdate,
  windowItemKey,
} from '../../lambda/stores/dynamodb-window-item.ts';

const MINUTE_MS = Date.UTC(2026, 0, 15, 12);
const WRITE_UNIT_BYTES = 1_024;

describe('a window item of DynamoDB', () => {
  test('stays within one write unit after a minute of mixed outcomes', () => {
    const item = new Map<string, number>();
    for (let second = 0; second < 60; second++) add(item, second, countsOf(second));

    expect(item.size).toBeGreaterThan(150);
    expect(bytesOf(item)).toBeLessThanOrEqual(WRITE_UNIT_BYTES);
  });

  test('may be deleted a day after the start of its minute, in seconds as DynamoDB wants', () => {
    const slot = { startMs: MINUTE_MS + 59_000, bucketMs: 1_000 };

    const { ExpressionAttributeNames: names, ExpressionAttributeValues: values } = toWindowUpdate(
      slot,
      { success: 1, slow: 0, failures: {} },
    );

    expect(names['#expiresAt']).toBe(CIRCUITS_TABLE.timeToLive);
    const expiresAtMs = Number(values[':expiresAt']?.N) * 1_000;
    expect(new Date(expiresAtMs)).toEqual(new Date(MINUTE_MS + 86_400_000));
  });
});

describe('a window item that is read', () => {
  const item = { item: windowItemKey(7, new Date(MINUTE_MS).toISOString(), 3), bucketMs: 1_000 };

  test('has a bucket for each second with counts, and the longest wait of its calls', () => {
    expect(fromWindowItem({ ...item, s0: 4, c5: 2, a5: new Set([200, 700, 300]) })).toEqual([
      { startMs: MINUTE_MS, success: 4, slow: 0, failures: {} },
      {
        startMs: MINUTE_MS + 5_000,
        success: 0,
        slow: 0,
        failures: { capacity: 2 },
        retryAfterMs: 700,
      },
    ]);
  });

  test('has no counts in attributes of other names or types', () => {
    const edited = { expiresAt: 9, note: 'x', as17: 1, s17x: 1, s: 1, a2: 500, s2: 1 };

    expect(fromWindowItem({ ...item, ...edited })).toEqual([
      { startMs: MINUTE_MS + 2_000, success: 1, slow: 0, failures: {} },
    ]);
  });
});

/**
 * Ten streams succeed in each second. A call fails every sixth second, beside four in flight. A
 * worker starts every tenth second.
 */
function countsOf(second: number): WindowCounts {
  const streams = {
    success: 10,
    slow: 0,
    firstTokenMs: 8_300,
    ...(second % 10 === 0 && { announced: 10 }),
  };
  if (second % 6 === 0) {
    const kinds = ['quota-minute', 'timeout', 'broken-stream', 'model-error'] as const;
    return { ...streams, provisional: 4, failures: { [kinds[second % 4] ?? 'fault']: 1 } };
  }
  return { ...streams, failures: {}, ...(second % 6 === 2 && { provisional: -4 }) };
}

function add(item: Map<string, number>, second: number, counts: WindowCounts): void {
  const slot = { startMs: MINUTE_MS + second * 1_000, bucketMs: 1_000 };
  const { ExpressionAttributeNames: names, ExpressionAttributeValues: values } = toWindowUpdate(
    slot,
    counts,
  );
  for (const [alias, name] of Object.entries(names)) {
    const value = Number(values[alias.replace('#', ':')]?.N);
    const isSum = alias.startsWith('#n');
    item.set(name, isSum ? (item.get(name) ?? 0) + value : value);
  }
}

/**
 * The size that DynamoDB bills: names, texts, and for each number one byte, one byte for each two
 * digits without trailing zeros, and one for a minus sign.
 */
function bytesOf(item: ReadonlyMap<string, number>): number {
  const { partitionKey, sortKey } = CIRCUITS_TABLE;
  const circuit = 'us-east-1/us.anthropic.claude-sonnet-4-5-20250929-v1:0';
  const slot = { startMs: MINUTE_MS, bucketMs: 1_000 };
  const key = windowItemKey(1_768_478_400, periodOf(slot), 3);
  let bytes = (partitionKey + circuit + sortKey + key).length;
  for (const [name, value] of item) {
    const digits = String(Math.abs(value)).replace(/0+$/, '').length;
    bytes += name.length + 1 + Math.ceil(digits / 2) + (value < 0 ? 1 : 0);
  }
  return bytes;
}
