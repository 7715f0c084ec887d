import { buryHolders, counterPrelude, holderArguments } from './counter-script-parts.ts'
import { redisScript } from './redis-script.ts'

/**
 * For each claim: limit, amount, shadow, ahead, whether it is used at once, slot, length of a bucket,
 * oldest bucket, when the counter expires. Replies 1 and for each claim lent, used, reserved,
 * unsettled, newest bucket; or 0, whether others have enough spare, and for each claim whether it
 * fits, used, reserved, unsettled, newest bucket, and the bucket with which enough becomes free.
 */
export const borrowScript = redisScript(`${counterPrelude}${buryHolders}${holderArguments}
redis.call('ZADD', holders, text(now + lease_ms), id)
local claims, by_key, claimed, granted = {}, {}, {}, true
for index = 1, #KEYS - 5 do
  local at, key = 5 + (index - 1) * 9, KEYS[5 + index]
  local claim = {
    limit = number(ARGV[at + 1]), amount = number(ARGV[at + 2]), shadow = ARGV[at + 3] == '1',
    ahead = number(ARGV[at + 4]), at_once = ARGV[at + 5] == '1', slot = number(ARGV[at + 6]),
    expires_at = ARGV[at + 9],
  }
  by_key[key] = by_key[key] or stand(key, number(ARGV[at + 7]), number(ARGV[at + 8]))
  claim.counter = by_key[key]
  claim.missing = claim.amount + (claimed[key] or 0) + claim.counter.used + claim.counter.lent - claim.limit
  claim.fits = claim.shadow or claim.missing <= 0
  granted = granted and claim.fits
  claimed[key] = (claimed[key] or 0) + claim.amount
  claims[index] = claim
end

if not granted then
  local reply, recall = { 0, 0 }, true
  for _, claim in ipairs(claims) do
    local counter, free_with = claim.counter, 0
    local name = string.sub(counter.key, #prefix + 1)
    if not claim.fits then
      local others = counter.spare - number(redis.call('HGET', spares, name))
      recall = recall and others >= claim.missing
      if counter.bucket_ms > 0 and counter.first then
        local missing = claim.missing
        for slot = counter.first, counter.newest, counter.bucket_ms do
          missing = missing - number(redis.call('HGET', counter.key, 'b' .. text(slot)))
          free_with = slot
          if missing <= 0 then break end
        end
      end
    end
    local fits = claim.fits and 1 or 0
    for _, value in ipairs({ fits, counter.used, counter.lent, counter.unsettled, counter.newest, free_with }) do
      reply[#reply + 1] = value
    end
  end
  if recall then
    reply[2] = 1
    for _, claim in ipairs(claims) do
      if not claim.fits then
        redis.call('ZADD', wanted, text(now + 1000), string.sub(claim.counter.key, #prefix + 1))
      end
    end
  end
  return reply
end

for _, claim in ipairs(claims) do
  local counter = claim.counter
  if claim.at_once then add(counter, claim.slot, claim.amount, 0)
  else counter.lent = counter.lent + claim.amount end
end
local reply = { 1 }
for _, claim in ipairs(claims) do
  local counter = claim.counter
  local name = string.sub(counter.key, #prefix + 1)
  local ahead = math.max(0, math.min(claim.ahead, claim.limit - counter.used - counter.lent))
  -- While others wait for it, nobody takes more than it needs.
  if ahead > 0 and number(redis.call('ZSCORE', wanted, name)) > now then ahead = 0 end
  local borrowed = ahead + (claim.at_once and 0 or claim.amount)
  if ahead > 0 then
    counter.lent, counter.spare = counter.lent + ahead, counter.spare + ahead
    redis.call('HINCRBY', spares, name, text(ahead))
  end
  if borrowed > 0 then redis.call('HINCRBY', held, name, text(borrowed)) end
  claim.lent = claim.amount + ahead
end
for _, claim in ipairs(claims) do
  local counter = claim.counter
  save(counter, claim.expires_at)
  for _, value in ipairs({ claim.lent, counter.used, counter.lent, counter.unsettled, counter.newest }) do
    reply[#reply + 1] = value
  end
end
return reply
`)

/**
 * The sequence, and for each report: slot, length of a bucket, oldest bucket, used, released, spare,
 * when the counter expires. Replies 1; 0 for what was taken before; -2 for what comes too early.
 */
export const reportScript = redisScript(`${counterPrelude}${buryHolders}${holderArguments}
local sequence, last = number(ARGV[6]), number(redis.call('HGET', control, 's'))
if sequence <= last then return { 0 } end
if sequence > last + 1 then return { -2 } end
for index = 1, #KEYS - 5 do
  local at, key = 6 + (index - 1) * 7, KEYS[5 + index]
  local name = string.sub(key, #prefix + 1)
  local counter = stand(key, number(ARGV[at + 2]), number(ARGV[at + 3]))
  add(counter, number(ARGV[at + 1]), number(ARGV[at + 4]), 0)
  local before = number(redis.call('HGET', held, name))
  local released = math.min(before, number(ARGV[at + 5]))
  if released > 0 then
    counter.lent = math.max(0, counter.lent - released)
    put(held, name, before - released)
  end
  local spare_before = number(redis.call('HGET', spares, name))
  local spare = math.min(before - released, number(ARGV[at + 6]))
  if spare ~= spare_before then
    counter.spare = math.max(0, counter.spare + spare - spare_before)
    put(spares, name, spare)
  end
  save(counter, ARGV[at + 7])
end
redis.call('HSET', control, 's', ARGV[6])
return { 1 }
`)

/** Replies with the counters of which others want what the holder has spare. */
export const renewScript = redisScript(`${counterPrelude}${buryHolders}${holderArguments}
redis.call('ZADD', holders, text(now + lease_ms), id)
for index = 1, 5 do redis.call('PEXPIRE', KEYS[index], 86400000) end
redis.call('ZREMRANGEBYSCORE', wanted, '-inf', text(now))
local recalled = { 1 }
for _, name in ipairs(redis.call('ZRANGE', wanted, 0, 99)) do
  if redis.call('HEXISTS', spares, name) == 1 then recalled[#recalled + 1] = name end
end
return recalled
`)

/**
 * The holder speaks through a new connection: what came through earlier ones acts no more. `sequence`
 * is its last report that it knows to be taken. Replies with the last that was; whether the holder is
 * new here (0), was known (1), or had been given up (2); and with what it has.
 */
export const attachScript = redisScript(`${counterPrelude}${buryHolders}
local holders, control, held = KEYS[1], KEYS[3], KEYS[4]
local now, lease_ms, epoch, prefix, id = number(ARGV[1]), number(ARGV[2]), ARGV[3], ARGV[4], ARGV[5]
bury(prefix, now)
local before = redis.call('HMGET', control, 's', 'e')
local known = 0
if before[1] then known = before[2] and 1 or 2 end
local sequence = math.max(number(before[1]), number(ARGV[6]))
redis.call('HSET', control, 'e', epoch, 's', text(sequence))
redis.call('PEXPIRE', control, 86400000)
redis.call('ZADD', holders, text(now + lease_ms), id)
return { sequence, known, redis.call('HGETALL', held) }
`)

/**
 * For each counter: what the holder has, length of a bucket, oldest bucket, when it expires. It is
 * taken for true, above the limit too: calls run with it.
 */
export const correctScript = redisScript(`${counterPrelude}${buryHolders}${holderArguments}
for index = 1, #KEYS - 5 do
  local at, key = 5 + (index - 1) * 4, KEYS[5 + index]
  local name, has = string.sub(key, #prefix + 1), number(ARGV[at + 1])
  local counter = stand(key, number(ARGV[at + 2]), number(ARGV[at + 3]))
  counter.lent = math.max(0, counter.lent + has - number(redis.call('HGET', held, name)))
  put(held, name, has)
  local spare = number(redis.call('HGET', spares, name))
  if spare > has then
    counter.spare = math.max(0, counter.spare + has - spare)
    put(spares, name, has)
  end
  save(counter, ARGV[at + 4])
end
return { 1 }
`)

/**
 * The time, the prefix, and for each counter the length of a bucket and the oldest. Replies for each
 * used, reserved, unsettled, newest bucket.
 */
export const viewScript = redisScript(`${counterPrelude}${buryHolders}
bury(ARGV[2], number(ARGV[1]))
local reply = {}
for index = 1, #KEYS do
  local at = 1 + index * 2
  local counter = stand(KEYS[index], number(ARGV[at]), number(ARGV[at + 1]))
  for _, value in ipairs({ counter.used, counter.lent, counter.unsettled, counter.newest }) do
    reply[#reply + 1] = value
  end
end
return reply
`)

export const counterScripts = Object.freeze([
  borrowScript,
  reportScript,
  renewScript,
  attachScript,
  correctScript,
  viewScript,
])
