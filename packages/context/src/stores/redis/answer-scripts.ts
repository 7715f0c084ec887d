import { redisScript } from './redis-script.ts'

/** An answer is a hash. */
const prelude = `
local head = KEYS[1]
local function is_made(id)
  local found = redis.call('HMGET', head, 'id', 'whole')
  return found[1] == id and found[2] == ''
end
local function bytes()
  return redis.call('HSTRLEN', head, 'output') + redis.call('HSTRLEN', head, 'whole')
end
`

/**
 * Begins an answer: the time, the time to live, fields and values. Replies nothing, or the id of the one
 * that is there.
 */
export const beginAnswerScript = redisScript(`${prelude}
local found = redis.call('HMGET', head, 'id', 'whole', 'touched')
if found[1] then
  if found[2] == '' or tonumber(ARGV[1]) - tonumber(found[3]) < tonumber(ARGV[2]) then
    return found[1]
  end
  redis.call('UNLINK', head)
end
redis.call('HSET', head, unpack(ARGV, 3))
return ''
`)

/** Changes an answer that is made: its id, fields and values. Replies its bytes, or -1. */
export const changeAnswerScript = redisScript(`${prelude}
if not is_made(ARGV[1]) then return -1 end
redis.call('HSET', head, unpack(ARGV, 2))
return bytes()
`)

/**
 * Forgets an answer: its id, then `made`, `whole` or `dead`, then the living members. Replies
 * `missing`; `kept`; `whole`, its bytes and when it was touched; or `removed`.
 */
export const dropAnswerScript = redisScript(`${prelude}
local found = redis.call('HMGET', head, 'id', 'whole', 'member', 'touched')
if found[1] ~= ARGV[1] then return { 'missing' } end
local why = ARGV[2]
if why == 'dead' and found[2] ~= '' then return { 'whole', bytes(), found[4] } end
if (why == 'made') ~= (found[2] == '') and why ~= 'dead' then return { 'kept' } end
for index = 3, #ARGV do
  if ARGV[index] == found[3] then return { 'kept' } end
end
redis.call('UNLINK', head)
return { 'removed' }
`)
