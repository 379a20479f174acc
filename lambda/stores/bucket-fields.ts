import {
  type Bucket,
  type CorrectedRate,
  RESOURCES,
  type Resource,
} from '../core/admission/bucket.ts';

/** The fields of a stored bucket, in any store. Times are milliseconds since the Unix epoch. */
export const SPENT_UNTIL: Readonly<Record<Resource, string>> = {
  tokens: 'tokensSpentUntil',
  requests: 'requestsSpentUntil',
};
export const SHARE = 'share';
export const SHARE_AT = 'shareAt';
export const PAUSED_UNTIL = 'pausedUntil';
export const PAUSE = 'pauseMs';

/** The count of an hour's tokens has this and the hour as its name: `used2026-11-28T19`. */
export const USED = 'used';
const COUNT = new RegExp(`^${USED}\\d{4}-\\d\\d-\\d\\dT\\d\\d$`);

/** Reads the fields. A value that is not a number counts as absent, so the next write replaces it. */
export function bucketOf(fields: Readonly<Record<string, unknown>>): Bucket {
  const spentUntil = Object.fromEntries(
    RESOURCES.map((each) => [each, fields[SPENT_UNTIL[each]]]).filter(([, ms]) => isNumber(ms)),
  );
  const rate = rateOf(fields);
  const used = Object.entries(fields)
    .filter(([name, count]) => COUNT.test(name) && isNumber(count))
    .map(([name, count]) => [name.slice(USED.length), count]);
  return {
    spentUntil,
    ...(rate && { rate }),
    ...(used.length > 0 && { usedTokens: Object.fromEntries(used) }),
  };
}

function rateOf(fields: Readonly<Record<string, unknown>>): CorrectedRate | undefined {
  const { [SHARE]: share, [SHARE_AT]: atMs } = fields;
  const { [PAUSED_UNTIL]: pausedUntilMs, [PAUSE]: pauseMs } = fields;
  if (!isNumber(share) || share <= 0 || share > 1 || !isNumber(atMs)) return undefined;
  if (!isNumber(pausedUntilMs) || !isNumber(pauseMs)) return undefined;
  return { share, atMs, pausedUntilMs, pauseMs };
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}
