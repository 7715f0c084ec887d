import { redisScript } from './redis-script.ts'

const prelude = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
`

/** Marks an erasure of a subject, like none before: how long that is remembered, in milliseconds. */
export const eraseScript = redisScript(`${prelude}
local last = tonumber(redis.call('HGET', KEYS[1], 'count') or '0')
local count = string.format('%.0f', math.max(last + 1, now))
redis.call('HSET', KEYS[1], 'count', count, 'at', string.format('%.0f', now))
redis.call('PEXPIRE', KEYS[1], ARGV[1])
return 1
`)

/** The last erasure of a subject, and how many milliseconds ago; nothing if there was none. */
export const erasuresScript = redisScript(`${prelude}
local found = redis.call('HMGET', KEYS[1], 'count', 'at')
if not found[1] then return {} end
return { found[1], string.format('%.0f', math.max(0, now - tonumber(found[2]))) }
`)

/** Lua that tells whether a subject was erased since the erasure that a text names, if it does. */
export const erasedSince = `
local function is_erased_since(key, expected)
  local last = redis.call('HGET', key, 'count')
  return expected ~= '' and last ~= false and last ~= expected
end
`

/**
 * Enters a conversation into the list of its subject: number, entry, the last erasure of the subject
 * that was known or nothing. Replies 0, and does not, if there was one since.
 */
export const enterSubjectScript = redisScript(`${erasedSince}
if is_erased_since(KEYS[2], ARGV[3]) then return 0 end
redis.call('ZADD', KEYS[1], ARGV[1], ARGV[2])
return 1
`)
