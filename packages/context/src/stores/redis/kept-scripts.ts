import { redisScript } from './redis-script.ts'

/*
 * What is kept of one kind within bounds, such as responses: each has a number of bytes, and is either
 * being made or whole. In one slot: made and whole, sorted sets by time; sizes, a hash; and their sum.
 */
const prelude = `
local made, whole, sizes, total = unpack(KEYS)
local function number(value) return tonumber(value) or 0 end
local function resize(name, bytes)
  local before = number(redis.call('HGET', sizes, name))
  redis.call('HSET', sizes, name, bytes)
  redis.call('INCRBY', total, string.format('%.0f', number(bytes) - before))
end
`

/**
 * Counts one: its name, bytes, when it became whole or empty for one that is made, the server's time;
 * then the most that are kept and their bytes. Replies the oldest whole ones that are too many.
 */
export const countScript = redisScript(`${prelude}
local name, bytes, whole_at, now, count_max, bytes_max = unpack(ARGV)
resize(name, bytes)
if whole_at ~= '' then
  redis.call('ZREM', made, name)
  redis.call('ZADD', whole, whole_at, name)
elseif not redis.call('ZSCORE', whole, name) then
  redis.call('ZADD', made, 'NX', now, name)
end
local count = redis.call('ZCARD', made) + redis.call('ZCARD', whole) - number(count_max)
local over = number(redis.call('GET', total)) - number(bytes_max)
local oldest = {}
if count <= 0 and over <= 0 then return oldest end
for _, one in ipairs(redis.call('ZRANGE', whole, 0, 99)) do
  if count <= 0 and over <= 0 then break end
  oldest[#oldest + 1] = one
  count = count - 1
  over = over - number(redis.call('HGET', sizes, one))
end
return oldest
`)

/** Counts them no more. */
export const uncountScript = redisScript(`${prelude}
for _, name in ipairs(ARGV) do
  if redis.call('HEXISTS', sizes, name) == 1 then
    resize(name, '0')
    redis.call('HDEL', sizes, name)
  end
  redis.call('ZREM', made, name)
  redis.call('ZREM', whole, name)
end
return 1
`)
