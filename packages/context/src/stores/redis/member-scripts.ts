import { redisScript } from './redis-script.ts'

const prelude = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
`

/** Keeps a member alive for a time; forgets those that have been dead for a day. */
export const beatScript = redisScript(`${prelude}
redis.call('ZADD', KEYS[1], string.format('%.0f', now + tonumber(ARGV[2])), ARGV[1])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', string.format('%.0f', now - 86400000))
return 1
`)

export const aliveScript = redisScript(`${prelude}
return redis.call('ZRANGEBYSCORE', KEYS[1], string.format('(%.0f', now), '+inf')
`)

/**
 * Takes a place for a member's claim: from nobody, or from the member and claim that are known to be
 * dead. Replies who has it otherwise. No turn runs for a day: what is left behind ends then.
 */
export const claimScript = redisScript(`
local member, claim, dead, dead_claim = unpack(ARGV)
local held = redis.call('HMGET', KEYS[1], 'member', 'claim')
local is_own = held[1] == member and held[2] == claim
local is_free = not held[1] or (held[1] == dead and held[2] == dead_claim)
if not is_own and not is_free then return { 'taken', held[1], held[2] } end
redis.call('HSET', KEYS[1], 'member', member, 'claim', claim)
redis.call('PEXPIRE', KEYS[1], 86400000)
return { 'granted' }
`)

export const releaseScript = redisScript(`
local held = redis.call('HMGET', KEYS[1], 'member', 'claim')
if held[1] ~= ARGV[1] or held[2] ~= ARGV[2] then return 0 end
return redis.call('DEL', KEYS[1])
`)
