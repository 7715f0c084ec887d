import { redisScript } from './redis-script.ts'

/*
 * The keys of both scripts are `r`, `s` and `e` of the ledger's prefix.
 */

/**
 * Remembers calls that can be rated: when the oldest that count ended, how many there may be, how long
 * the keys last in milliseconds; then for each call its id, when it ended, and the call as JSON.
 */
export const rememberCallsScript = redisScript(`
local calls, ratings, ends = KEYS[1], KEYS[2], KEYS[3]
for at = 4, #ARGV, 3 do
  if redis.call('HSETNX', calls, ARGV[at], ARGV[at + 2]) == 1 then
    redis.call('ZADD', ends, ARGV[at + 1], ARGV[at])
  end
end
local old = redis.call('ZRANGEBYSCORE', ends, '-inf', '(' .. ARGV[1], 'LIMIT', 0, 1000)
local surplus = math.min(1000, redis.call('ZCARD', ends) - #old - tonumber(ARGV[2]))
if surplus > 0 then old = redis.call('ZRANGE', ends, 0, #old + surplus - 1) end
if #old > 0 then
  redis.call('ZREM', ends, unpack(old))
  redis.call('HDEL', calls, unpack(old))
  redis.call('HDEL', ratings, unpack(old))
end
for _, key in ipairs(KEYS) do redis.call('PEXPIRE', key, ARGV[3]) end
return 1
`)

/**
 * Rates a call: its id, the caller's tenant, the rating, and when the oldest call that counts ended.
 * Answers with the call and the rating that it had, an empty one if none, or with nothing.
 */
export const rateCallScript = redisScript(`
local call, ended = redis.call('HGET', KEYS[1], ARGV[1]), redis.call('ZSCORE', KEYS[3], ARGV[1])
if not call or not ended or tonumber(ended) < tonumber(ARGV[4]) then return false end
if cjson.decode(call).tenant ~= ARGV[2] then return false end
local before = redis.call('HGET', KEYS[2], ARGV[1])
redis.call('HSET', KEYS[2], ARGV[1], ARGV[3])
return {call, before or ''}
`)
