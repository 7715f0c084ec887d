import { redisScript } from './redis-script.ts'

const prelude = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
`

/** Counts an erasure of a subject: how long that is remembered, in milliseconds. */
export const eraseScript = redisScript(`${prelude}
redis.call('HINCRBY', KEYS[1], 'count', 1)
redis.call('HSET', KEYS[1], 'at', string.format('%.0f', now))
redis.call('PEXPIRE', KEYS[1], ARGV[1])
return 1
`)

/** How often a subject was erased, and how many milliseconds ago; nothing if it was not. */
export const erasuresScript = redisScript(`${prelude}
local found = redis.call('HMGET', KEYS[1], 'count', 'at')
if not found[1] then return {} end
return { found[1], string.format('%.0f', math.max(0, now - tonumber(found[2]))) }
`)

/** Lua that tells whether a subject was erased since it had been as often as a text says, if it does. */
export const erasedSince = `
local function is_erased_since(key, expected)
  return expected ~= '' and (redis.call('HGET', key, 'count') or '0') ~= expected
end
`

/**
 * Enters a conversation into the list of its subject: number, entry, how often the subject had been
 * erased or nothing. Replies 0, and does not, if it has been since.
 */
export const enterSubjectScript = redisScript(`${erasedSince}
if is_erased_since(KEYS[2], ARGV[3]) then return 0 end
redis.call('ZADD', KEYS[1], ARGV[1], ARGV[2])
return 1
`)
