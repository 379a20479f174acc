import { marshall } from '@aws-sdk/util-dynamodb';
import type { Bucket } from '../core/admission/bucket.ts';
import { isStale } from '../core/admission/hourly-tokens.ts';
import type { Settlement } from '../core/admission/settlement.ts';
import { SPENT_UNTIL, USED } from './bucket-fields.ts';

interface Part {
  readonly set: string;
  readonly condition?: string;
  readonly names: Readonly<Record<string, string>>;
  readonly values: Readonly<Record<string, unknown>>;
}

/**
 * Returns the update that settles a call. As with a hold, it is for one case, which `bucket` tells: a call
 * that cost more than it held takes the rest from the present on, and the first call of an hour begins
 * its count. The conditions fail if the bucket is another case by now.
 */
export function settlementUpdate(bucket: Bucket, settlement: Settlement, nowMs: number) {
  const parts = [...tokensPart(bucket, settlement, nowMs), ...countPart(bucket, settlement)];
  const stale = staleCounts(bucket, settlement);
  const conditions = parts.flatMap(({ condition }) => condition ?? []);
  const remove = stale.length > 0 ? ` REMOVE ${stale.map(([alias]) => alias).join(', ')}` : '';
  return {
    UpdateExpression: `SET ${parts.map(({ set }) => set).join(', ')}${remove}`,
    ...(conditions.length > 0 && { ConditionExpression: conditions.join(' AND ') }),
    ExpressionAttributeNames: Object.assign(
      Object.fromEntries(stale),
      ...parts.map(({ names }) => names),
    ),
    ExpressionAttributeValues: marshall(Object.assign({}, ...parts.map(({ values }) => values))),
  };
}

function tokensPart({ spentUntil }: Bucket, { deltaMs }: Settlement, nowMs: number): Part[] {
  if (deltaMs === 0) return [];
  const names = { '#tokens': SPENT_UNTIL.tokens };
  if (deltaMs < 0) {
    const set = '#tokens = if_not_exists(#tokens, :zero) + :delta';
    return [{ set, names, values: { ':zero': 0, ':delta': deltaMs } }];
  }
  const isSpent = (spentUntil.tokens ?? 0) >= nowMs;
  if (isSpent) {
    const set = '#tokens = #tokens + :delta';
    const values = { ':delta': deltaMs, ':now': nowMs };
    return [{ set, condition: '#tokens >= :now', names, values }];
  }
  return [
    {
      set: '#tokens = :until',
      condition: '(NOT attribute_type(#tokens, :number) OR #tokens < :now)',
      names,
      values: { ':until': nowMs + deltaMs, ':now': nowMs, ':number': 'N' },
    },
  ];
}

function countPart({ usedTokens }: Bucket, { used }: Settlement): Part[] {
  if (!used) return [];
  const isCounted = usedTokens?.[used.hour] !== undefined;
  const isNumber = 'attribute_type(#count, :number)';
  return [
    {
      set: isCounted ? '#count = #count + :used' : '#count = :used',
      condition: isCounted ? isNumber : `NOT ${isNumber}`,
      names: { '#count': `${USED}${used.hour}` },
      values: { ':used': used.tokens, ':number': 'N' },
    },
  ];
}

/** Returns an alias and the name of each count that is of no use any more. */
function staleCounts({ usedTokens = {} }: Bucket, { used }: Settlement) {
  const stale = Object.keys(usedTokens).filter((hour) => used && isStale(hour, used.hour));
  return stale.map((hour, i) => [`#stale${i}`, `${USED}${hour}`] as const);
}
