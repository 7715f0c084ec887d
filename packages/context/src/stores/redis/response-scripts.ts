import { intentMs } from './conversation-scripts.ts'
import { redisScript } from './redis-script.ts'

/** For how long it is known that a response must not come any more; whoever comes later is late. */
const barredMs = 3 * intentMs

/** A response is a hash, and a hash of its frames by number. Scripts begin with time and time to live. */
const prelude = `
local head, frames, barred = unpack(KEYS)
local function read()
  local found = redis.call('HMGET', head, 'status', 'touched', 'frames', 'frame_bytes', 'member')
  if not found[1] then return nil, nil end
  local it = {
    status = found[1], touched = tonumber(found[2]), frames = tonumber(found[3]),
    frame_bytes = tonumber(found[4]), member = found[5],
  }
  it.runs = it.status == 'queued' or it.status == 'in_progress'
  if not it.runs and tonumber(ARGV[1]) - it.touched >= tonumber(ARGV[2]) then return nil, it end
  return it, it
end
local function bytes()
  local sum = tonumber(redis.call('HGET', head, 'frame_bytes'))
  for _, field in ipairs({ 'body', 'input', 'output' }) do
    sum = sum + redis.call('HSTRLEN', head, field)
  end
  return sum
end
local function add_frames(it, first, from, last)
  local number, added = it.frames, 0
  for index = from + math.max(0, number - first), last do
    redis.call('HSET', frames, string.format('%.0f', number), ARGV[index])
    number, added = number + 1, added + #ARGV[index]
  end
  redis.call('HSET', head, 'frames', string.format('%.0f', number),
    'frame_bytes', string.format('%.0f', it.frame_bytes + added))
end
local function delete(it)
  local items = redis.call('HMGET', head, 'items', 'conversation')
  redis.call('UNLINK', head, frames)
  return { 'removed', items[1], items[2] }
end
`

/**
 * Stores a new response: when its conversation has noted it, or nothing; then fields and values. Replies
 * its bytes, -1 if there is one, -2 if its conversation has been deleted since, -3 if that was too long
 * ago to be known.
 */
export const addResponseScript = redisScript(`${prelude}
local live, stored = read()
if live then return -1 end
if redis.call('EXISTS', barred) == 1 then return -2 end
if ARGV[3] ~= '' then
  local time = redis.call('TIME')
  if time[1] * 1000 > tonumber(ARGV[3]) + ${intentMs} then return -3 end
end
if stored then redis.call('UNLINK', head, frames) end
redis.call('HSET', head, 'frames', '0', 'frame_bytes', '0', 'items', '[]', unpack(ARGV, 4))
return bytes()
`)

/** The number of the first frame, output or nothing, frames. Replies its bytes, or -1 if none runs. */
export const flushResponseScript = redisScript(`${prelude}
local live = read()
if not live or not live.runs then return -1 end
add_frames(live, tonumber(ARGV[3]), 5, #ARGV)
redis.call('HSET', head, 'status', 'in_progress')
if ARGV[4] ~= '' then redis.call('HSET', head, 'output', ARGV[4]) end
return bytes()
`)

/**
 * The number of the first frame, how many fields follow with values, these, frames. Replies `missing`,
 * `ended`, or `stored` and its bytes.
 */
export const finishResponseScript = redisScript(`${prelude}
local live = read()
if not live then return { 'missing' } end
if not live.runs then return { 'ended' } end
local last = 4 + 2 * tonumber(ARGV[4])
add_frames(live, tonumber(ARGV[3]), last + 1, #ARGV)
redis.call('HSET', head, unpack(ARGV, 5, last))
return { 'stored', bytes() }
`)

/** Frames from a number on, as many as fit into bytes, one at least; with status and their count. */
export const framesScript = redisScript(`${prelude}
local live = read()
if not live then return {} end
local found, used = {}, 0
for number = tonumber(ARGV[3]), live.frames - 1 do
  local frame = redis.call('HGET', frames, string.format('%.0f', number))
  used = used + #frame
  if #found > 0 and used > tonumber(ARGV[4]) then break end
  found[#found + 1] = frame
end
return { live.status, live.frames, found }
`)

/** What it continues, and the bytes of its items; nothing if there is no such response. */
export const linkScript = redisScript(`${prelude}
if not read() then return {} end
local size = redis.call('HSTRLEN', head, 'input') + redis.call('HSTRLEN', head, 'output')
return { redis.call('HGET', head, 'previous'), size }
`)

export const loadResponseScript = redisScript(`${prelude}
if not read() then return {} end
return redis.call('HMGET', head, unpack(ARGV, 3))
`)

/**
 * Ends a response that no living member runs: error, when, the living members. Replies `missing`, or
 * whether it `runs`, has `ended`, or is `failed` now, and its bytes and when it was touched.
 */
export const failResponseScript = redisScript(`${prelude}
local live, stored = read()
if not stored then return { 'missing' } end
local outcome = 'ended'
if stored.runs then
  for index = 5, #ARGV do
    if ARGV[index] == stored.member then return { 'runs' } end
  end
  outcome = 'failed'
  redis.call('HSET', head, 'status', 'failed', 'error', ARGV[3], 'completed', ARGV[4])
end
return { outcome, bytes(), string.format('%.0f', stored.touched) }
`)

/**
 * Deletes a response: why, which is `asked`, `ended` for one that does not run, `expired`, or `owned`
 * because its conversation is deleted, after which it does not come either. Replies `missing`; `kept`, and when it was touched; or `removed`, its items and its conversation.
 */
export const removeResponseScript = redisScript(`${prelude}
local live, stored = read()
if ARGV[3] == 'owned' then redis.call('SET', barred, 1, 'PX', ${barredMs}) end
if not stored then return { 'missing' } end
local why = ARGV[3]
if why == 'asked' and not live then
  delete(stored)
  return { 'missing' }
end
if (why == 'ended' and stored.runs) or (why == 'expired' and live) then
  return { 'kept', string.format('%.0f', stored.touched) }
end
return delete(stored)
`)
