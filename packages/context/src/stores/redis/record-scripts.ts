import { conversationPrelude } from './conversation-prelude.ts'
import { erasedSince } from './erasure-scripts.ts'
import { redisScript } from './redis-script.ts'

/*
 * Records of an owner: a hash with `m` and `b` of each, version and expiry, and body, and `#` the bytes
 * of all bodies; and a sorted set of kinds and ids.
 */
const prelude = `
local function name_of(kind, id) return kind .. '\\0' .. id end
local function clip(number) return string.format('%.0f', number) end
local function read_record(hash, name, now)
  local meta = redis.call('HGET', hash, 'm' .. name)
  if not meta then return nil, nil end
  local version, expires = string.match(meta, '^(%d+) (%d*)$')
  local is_over = expires ~= '' and now >= tonumber(expires)
  return not is_over and tonumber(version) or nil, expires
end
local function drop_record(hash, order, name)
  local bytes = redis.call('HSTRLEN', hash, 'b' .. name)
  local dropped = redis.call('HDEL', hash, 'm' .. name, 'b' .. name)
  redis.call('ZREM', order, name)
  if redis.call('HINCRBY', hash, '#', -bytes) == 0 and redis.call('HLEN', hash) == 1 then
    redis.call('DEL', hash)
  end
  return dropped
end
`

/**
 * Puts a record: now, time to live, kind, id, version that is expected or nothing, expiry or nothing,
 * body, room that there is in bytes. Replies `no`, `full`, or `stored` and the bytes of the owner.
 */
const put = `
local function put_record(hash, order)
  local now, _, kind, id, expected, expires, body, room = unpack(ARGV)
  local name = name_of(kind, id)
  local version, before = read_record(hash, name, tonumber(now))
  if (version and clip(version) or '') ~= expected then return { 'no' } end
  local old = redis.call('HSTRLEN', hash, 'b' .. name)
  if #body > old and #body - old > tonumber(room) then return { 'full', old } end
  redis.call('ZADD', order, 0, name)
  redis.call('HSET', hash, 'm' .. name, clip((version or 0) + 1) .. ' ' .. expires, 'b' .. name, body)
  return { 'stored', redis.call('HINCRBY', hash, '#', #body - old) }
end
`

/** Of a conversation, which must be there: all its keys. */
export const putOwnedScript = redisScript(`${conversationPrelude}${prelude}${put}
if not read(tonumber(ARGV[1]), ARGV[2]) then return { 'no' } end
return put_record(records, record_ids)
`)

/** Of a subject: its two keys, and that of its erasures; then the last one that was known, or nothing. */
export const putRecordScript = redisScript(`${prelude}${put}${erasedSince}
if is_erased_since(KEYS[3], ARGV[9]) then return { 'no' } end
return put_record(KEYS[1], KEYS[2])
`)

/** Now, kind, id. Replies version, expiry and body. */
export const loadRecordScript = redisScript(`${prelude}
local name = name_of(ARGV[2], ARGV[3])
local version, expires = read_record(KEYS[1], name, tonumber(ARGV[1]))
if not version then return {} end
return { version, expires, redis.call('HGET', KEYS[1], 'b' .. name) }
`)

/**
 * Now, kind, `+` and the id to continue after or `-`, how many, about how many bytes. Replies ids,
 * versions, expiries and bodies in turns.
 */
export const listRecordsScript = redisScript(`${prelude}
local now, kind, after, limit, budget = tonumber(ARGV[1]), ARGV[2], ARGV[3], tonumber(ARGV[4]), tonumber(ARGV[5])
local from = '[' .. kind .. '\\0'
if after ~= '-' then from = '(' .. name_of(kind, string.sub(after, 2)) end
local found, used = {}, 0
while #found < 4 * limit do
  local names = redis.call('ZRANGEBYLEX', KEYS[2], from, '(' .. kind .. '\\1', 'LIMIT', 0, 100)
  for _, name in ipairs(names) do
    local version, expires = read_record(KEYS[1], name, now)
    if version and #found < 4 * limit then
      used = used + redis.call('HSTRLEN', KEYS[1], 'b' .. name)
      if #found > 0 and used > budget then return found end
      found[#found + 1] = string.sub(name, #kind + 2)
      found[#found + 1] = version
      found[#found + 1] = expires
      found[#found + 1] = redis.call('HGET', KEYS[1], 'b' .. name)
    end
  end
  if #names < 100 then break end
  from = '(' .. names[#names]
end
return found
`)

/**
 * Now, kind, id, and `asked` or `expired`. Replies whether it was there and may be seen, or, of one that
 * has expired, whether it was deleted; and the bytes of the owner.
 */
export const removeRecordScript = redisScript(`${prelude}
local name = name_of(ARGV[2], ARGV[3])
local version, expires = read_record(KEYS[1], name, tonumber(ARGV[1]))
local is_there, is_over = version ~= nil, version == nil and expires ~= nil
if ARGV[4] == 'expired' and not is_over then return { 0, -1, expires or '' } end
if is_there or is_over then drop_record(KEYS[1], KEYS[2], name) end
local counts = ARGV[4] == 'expired' and is_over or ARGV[4] ~= 'expired' and is_there
return { counts and 1 or 0, tonumber(redis.call('HGET', KEYS[1], '#') or 0), '' }
`)

/** Deletes all of an owner. Replies their kinds and ids. */
export const removeOwnerScript = redisScript(`
local names = redis.call('ZRANGE', KEYS[2], 0, -1)
redis.call('UNLINK', unpack(KEYS))
return names
`)
