/**
 * One script per operation, so that each operation is atomic and takes one round trip. A record is
 * JSON text and a window is a hash, so any Redis client can show them.
 */

/** Returns the record's text, or nil, and the server's time. */
export const LOAD = `return { redis.call('GET', KEYS[1]), redis.call('TIME') }`;

/**
 * ARGV: the record's text, the kind of the expectation ('absent', 'version' or 'raw') and its text.
 * Records are compared by content, so spaces and the order of fields do not matter.
 */
export const SAVE = `
local function parsed(text)
  local isJson, value = pcall(cjson.decode, text)
  if isJson then return value end
  return text
end
local function same(a, b)
  if type(a) ~= 'table' or type(b) ~= 'table' then return a == b end
  for name, value in pairs(a) do if not same(value, b[name]) then return false end end
  for name in pairs(b) do if a[name] == nil then return false end end
  return true
end
local function isExpected(text)
  if ARGV[2] == 'absent' or not text then return ARGV[2] == 'absent' and not text end
  local found, expected = parsed(text), cjson.decode(ARGV[3])
  if ARGV[2] == 'raw' then return same(found, expected) end
  return type(found) == 'table' and found.version == expected
end
if not isExpected(redis.call('GET', KEYS[1])) then return 0 end
redis.call('SET', KEYS[1], ARGV[1])
return 1`;

/**
 * ARGV: how long to keep the window in milliseconds, the oldest bucket to keep, a field and the wait
 * to store there if it is the longest, then pairs of a field and the count to add. A field starts with
 * the time of its bucket, so the fields of older buckets compare as less.
 */
export const ADD_TO_WINDOW = `
local isNew = false
if tonumber(ARGV[4]) > tonumber(redis.call('HGET', KEYS[1], ARGV[3]) or 0) then
  redis.call('HSET', KEYS[1], ARGV[3], ARGV[4])
end
for i = 5, #ARGV, 2 do
  if redis.call('HINCRBY', KEYS[1], ARGV[i], ARGV[i + 1]) == tonumber(ARGV[i + 1]) then isNew = true end
end
if isNew then
  for _, field in ipairs(redis.call('HKEYS', KEYS[1])) do
    if field < ARGV[2] then redis.call('HDEL', KEYS[1], field) end
  end
end
redis.call('PEXPIRE', KEYS[1], ARGV[1])`;

export const READ_WINDOW = `return redis.call('HGETALL', KEYS[1])`;
