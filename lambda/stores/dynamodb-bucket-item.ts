import { marshall } from '@aws-sdk/util-dynamodb';
import { CIRCUITS_TABLE } from '../contract/keys.ts';
import {
  type Bucket,
  type CorrectedRate,
  FARTHEST_MS,
  type Hold,
  RESOURCES,
  resourcesOf,
  spentUntilOf,
  type Terms,
} from '../core/admission/bucket.ts';
import { PAUSE, PAUSED_UNTIL, SHARE, SHARE_AT, SPENT_UNTIL } from './bucket-fields.ts';

export function bucketItemKey(key: string) {
  const { partitionKey, controlItem, sortKey, bucketPrefix } = CIRCUITS_TABLE;
  return marshall({ [partitionKey]: `${bucketPrefix}${key}`, [sortKey]: controlItem });
}

/**
 * Returns the update that takes a hold from a bucket. DynamoDB has no maximum of two values, so the
 * update is for one case: a resource that is spent beyond the present (`bucket` says so), or one that is
 * not. The conditions fail if the bucket is another case by now, or full.
 */
export function holdUpdate(bucket: Bucket, hold: Hold, nowMs: number, terms: Terms) {
  const names: Record<string, string> = {};
  const values: Record<string, unknown> = { ':now': nowMs };
  const aheadMs = terms.burstMs + terms.patienceMs;
  const parts = RESOURCES.flatMap((each) => {
    const takenMs = hold[each];
    if (takenMs === undefined) return [];
    const [name, value] = [`#${each}`, `:${each}`];
    names[name] = SPENT_UNTIL[each];
    if (spentUntilOf(bucket.spentUntil, each, nowMs) < nowMs) {
      values[value] = nowMs + takenMs;
      values[':number'] = 'N';
      values[':farthest'] = nowMs + FARTHEST_MS;
      const isEdited = `NOT attribute_type(${name}, :number) OR ${name} > :farthest`;
      const isFree = `${isEdited} OR ${name} < :now`;
      return [{ set: `${name} = ${value}`, condition: `(${isFree})` }];
    }
    values[value] = takenMs;
    values[':full'] = nowMs + aheadMs;
    const condition = `${name} >= :now AND ${name} < :full`;
    return [{ set: `${name} = ${name} + ${value}`, condition }];
  });
  return {
    UpdateExpression: `SET ${parts.map(({ set }) => set).join(', ')}`,
    ConditionExpression: parts.map(({ condition }) => condition).join(' AND '),
    ExpressionAttributeNames: names,
    ExpressionAttributeValues: marshall(values),
  };
}

/**
 * Returns the update of the rate and of what a pause takes. It fails if another worker has changed the rate
 * since it was read.
 */
export function rateUpdate({ rate }: Bucket, corrected: CorrectedRate, taken: Hold) {
  const { share, atMs, pausedUntilMs, pauseMs } = corrected;
  const resources = resourcesOf(taken);
  const added = resources.map((each) => `#${each} :${each}`).join(', ');
  const set = 'SET #share = :share, #at = :at, #paused = :paused, #pause = :pause';
  return {
    UpdateExpression: added ? `${set} ADD ${added}` : set,
    ConditionExpression: rate ? '#paused = :known' : NO_RATE,
    ExpressionAttributeNames: {
      '#share': SHARE,
      '#at': SHARE_AT,
      '#paused': PAUSED_UNTIL,
      '#pause': PAUSE,
      ...Object.fromEntries(resources.map((each) => [`#${each}`, SPENT_UNTIL[each]])),
    },
    ExpressionAttributeValues: marshall({
      ':share': share,
      ':at': atMs,
      ':paused': pausedUntilMs,
      ':pause': pauseMs,
      ...Object.fromEntries(resources.map((each) => [`:${each}`, taken[each]])),
      ...(rate ? { ':known': rate.pausedUntilMs } : { ':number': 'N', ':none': 0, ':all': 1 }),
    }),
  };
}

/** Holds if `bucketOf` finds no rate, also because someone edited it by hand. */
const NO_RATE = [
  ...['#at', '#share', '#paused', '#pause'].map((name) => `NOT attribute_type(${name}, :number)`),
  'NOT #share BETWEEN :none AND :all',
  '#share = :none',
].join(' OR ');
