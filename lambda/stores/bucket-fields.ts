import { type Bucket, RESOURCES, type Resource } from '../core/admission/bucket.ts';

/** The fields of a stored bucket, in any store. Times are milliseconds since the Unix epoch. */
export const SPENT_UNTIL: Readonly<Record<Resource, string>> = {
  tokens: 'tokensSpentUntil',
  requests: 'requestsSpentUntil',
};
export const SHARE = 'share';
export const SHARE_AT = 'shareAt';

/** Reads the fields. A value that is not a number counts as absent, so the next write replaces it. */
export function bucketOf(fields: Readonly<Record<string, unknown>>): Bucket {
  const spentUntil = Object.fromEntries(
    RESOURCES.map((each) => [each, fields[SPENT_UNTIL[each]]]).filter(([, ms]) => isNumber(ms)),
  );
  const { [SHARE]: share, [SHARE_AT]: atMs } = fields;
  const isRate = isNumber(share) && share > 0 && share <= 1 && isNumber(atMs);
  return { spentUntil, ...(isRate && { rate: { share, atMs } }) };
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}
