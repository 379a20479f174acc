import { FARTHEST_MS } from '../core/admission/bucket.ts';

/**
 * One script per operation on a bucket, which is a hash, so that any Redis client can show and edit it.
 * The rules are those of `lambda/core/admission/bucket.ts`. A field that is not a number counts as
 * absent. Without `ARGV[1]`, a script takes the time from the server.
 */

const NOW = `
local now = tonumber(ARGV[1])
if not now then
  local time = redis.call('TIME')
  now = time[1] * 1000 + time[2] / 1000
end
local function number(field)
  local value = tonumber(redis.call('HGET', KEYS[1], field))
  if value and math.abs(value) < math.huge then return value end
end
local function spentUntil(field)
  local value = number(field) or 0
  if value > now + ${FARTHEST_MS} then return 0 end
  return value
end`;

/**
 * ARGV: the time, the burst and the patience in milliseconds, then pairs of a resource's field and the
 * milliseconds to take. Returns 1 if the hold was taken, the wait as text, and the hash afterwards.
 */
export const HOLD = `${NOW}
local burst, patience, longest = tonumber(ARGV[2]), tonumber(ARGV[3]), nil
for i = 4, #ARGV, 2 do
  local wait = spentUntil(ARGV[i]) - now - burst
  if not longest or wait > longest then longest = wait end
end
local wait = 0
if longest >= 0 then wait = math.floor(longest) + 1 end
if wait > patience then
  return { 0, string.format('%.17g', wait - patience), redis.call('HGETALL', KEYS[1]) }
end
for i = 4, #ARGV, 2 do
  local untilMs = math.max(now, spentUntil(ARGV[i])) + ARGV[i + 1]
  redis.call('HSET', KEYS[1], ARGV[i], string.format('%.17g', untilMs))
end
return { 1, string.format('%.17g', wait), redis.call('HGETALL', KEYS[1]) }`;

/**
 * ARGV: the time, the field of the tokens and the milliseconds to take or give back; then, if the call
 * used tokens: their number, the field of the hour's count, the start of such names, and the first name
 * to keep.
 */
export const SETTLE = `${NOW}
local delta = tonumber(ARGV[3])
if delta ~= 0 then
  local untilMs = number(ARGV[2]) or 0
  if delta > 0 then untilMs = math.max(now, untilMs) end
  redis.call('HSET', KEYS[1], ARGV[2], string.format('%.17g', untilMs + delta))
end
if ARGV[4] then
  local used = (number(ARGV[5]) or 0) + ARGV[4]
  redis.call('HSET', KEYS[1], ARGV[5], string.format('%.17g', used))
  for _, field in ipairs(redis.call('HKEYS', KEYS[1])) do
    local isCount = string.sub(field, 1, #ARGV[6]) == ARGV[6]
    if isCount and field < ARGV[7] then redis.call('HDEL', KEYS[1], field) end
  end
end`;

/**
 * ARGV: the time; two fields, each with its value as it was read ('' if absent); the number of fields to
 * set, and each with its value; then pairs of a resource's field and the milliseconds to take. Returns 1 if
 * the two values were still the same.
 */
export const CORRECT = `${NOW}
for i = 2, 4, 2 do
  if (redis.call('HGET', KEYS[1], ARGV[i]) or '') ~= ARGV[i + 1] then return 0 end
end
local last = 6 + 2 * ARGV[6]
for i = 7, last, 2 do redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 1]) end
for i = last + 1, #ARGV, 2 do
  local untilMs = (number(ARGV[i]) or 0) + ARGV[i + 1]
  redis.call('HSET', KEYS[1], ARGV[i], string.format('%.17g', untilMs))
end
return 1`;

/** ARGV: the time. Returns the time and the hash. */
export const READ = `${NOW}
return { string.format('%.17g', now), redis.call('HGETALL', KEYS[1]) }`;
