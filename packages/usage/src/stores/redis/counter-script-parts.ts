/*
 * What stands in Redis, all of it under one prefix whose braces make it one slot of a cluster, because
 * a call is granted all of its claims or none:
 *
 *   c:<period>/<start>:<counter>               a calendar window
 *   s:<length>/<length of a bucket>:<counter>  a sliding one
 *   r:<counter>                                what runs
 *     hash: u used, l lent, s of that spare, x unsettled; of a sliding window also
 *     b<bucket> used and x<bucket> unsettled there, o the oldest and n the newest of them
 *   h:<holder>  hash: e its epoch, s the sequence of its last report
 *   a:<holder>  hash: what it has borrowed, by the name of the counter above
 *   p:<holder>  hash: what of it is spare
 *   holders     sorted set: when each holder's lease ends
 *   wanted      sorted set: counters of which others want what is spare, until when
 *
 * Times come from the caller, who knows the server's clock: windows of time zones cannot be computed
 * here, and all parts of a call shall see one time. Numbers are below 2^53, which Lua counts exactly;
 * its own conversion to text would round them.
 */
export const counterPrelude = `
local function number(value) return tonumber(value) or 0 end
local function text(value) return string.format('%.0f', value) end

-- How a counter stands, without what its window no longer counts.
local function stand(key, bucket_ms, oldest)
  local read = redis.call('HMGET', key, 'u', 'l', 'x', 's', 'o', 'n')
  local counter = {
    key = key, bucket_ms = bucket_ms, oldest = oldest,
    used = number(read[1]), lent = number(read[2]), unsettled = number(read[3]),
    spare = number(read[4]), first = tonumber(read[5]), newest = number(read[6]),
  }
  if bucket_ms == 0 or not counter.first or counter.first >= oldest then return counter end
  local names = {}
  for slot = counter.first, math.min(oldest - bucket_ms, counter.newest), bucket_ms do
    names[#names + 1] = 'b' .. text(slot)
    names[#names + 1] = 'x' .. text(slot)
  end
  local amounts = redis.call('HMGET', key, unpack(names))
  for index = 1, #names, 2 do
    counter.used = math.max(0, counter.used - number(amounts[index]))
    counter.unsettled = math.max(0, counter.unsettled - number(amounts[index + 1]))
  end
  redis.call('HDEL', key, unpack(names))
  counter.first = oldest
  if counter.newest < oldest then
    counter.first, counter.newest = false, 0
    redis.call('HDEL', key, 'o', 'n')
    redis.call('HSET', key, 'u', text(counter.used), 'x', text(counter.unsettled))
  else
    redis.call('HSET', key, 'u', text(counter.used), 'x', text(counter.unsettled), 'o', text(oldest))
  end
  return counter
end

-- Adds to what was used, or came back unsettled, in a slot; less than nothing takes back.
local function add(counter, slot, used, unsettled)
  if counter.bucket_ms > 0 then
    if slot < counter.oldest then return end
    if used < 0 then
      used = math.max(used, -number(redis.call('HGET', counter.key, 'b' .. text(slot))))
    end
    if used ~= 0 then redis.call('HINCRBY', counter.key, 'b' .. text(slot), text(used)) end
    if unsettled ~= 0 then
      redis.call('HINCRBY', counter.key, 'x' .. text(slot), text(unsettled))
    end
    if not counter.first or slot < counter.first then counter.first = slot end
    counter.newest = math.max(counter.newest, slot)
  end
  counter.used = math.max(0, counter.used + used)
  counter.unsettled = counter.unsettled + unsettled
end

local function save(counter, expires_at)
  local fields = {
    'u', text(counter.used), 'l', text(counter.lent),
    's', text(counter.spare), 'x', text(counter.unsettled),
  }
  if counter.first then
    fields[9], fields[10], fields[11], fields[12] = 'o', text(counter.first), 'n', text(counter.newest)
  end
  redis.call('HSET', counter.key, unpack(fields))
  if expires_at then redis.call('PEXPIREAT', counter.key, expires_at) end
end

-- Changes a number in a hash, which does not keep zeros.
local function put(hash, field, value)
  if value > 0 then redis.call('HSET', hash, field, text(value))
  else redis.call('HDEL', hash, field) end
end
`

/**
 * Gives back what holders had whose lease has ended: of a few of them, and at most 100 counters for
 * each script, so that none takes long. Their keys are of the same slot, though they cannot be named.
 */
export const buryHolders = `
local function give_back(prefix, name, amount, spare, now)
  local key = prefix .. name
  if redis.call('EXISTS', key) == 0 then return end
  local every_ms, bucket_ms = string.match(name, '^s:(%d+)/(%d+):')
  every_ms, bucket_ms = number(every_ms), number(bucket_ms)
  local slot, oldest = 0, 0
  if bucket_ms > 0 then
    slot = math.floor(now / bucket_ms) * bucket_ms
    oldest = slot - math.ceil(every_ms / bucket_ms) * bucket_ms
  end
  local counter = stand(key, bucket_ms, oldest)
  amount = math.min(amount, counter.lent)
  counter.lent = counter.lent - amount
  counter.spare = math.max(0, counter.spare - spare)
  -- What runs has ended with its holder.
  if string.sub(name, 1, 1) ~= 'r' then add(counter, slot, 0, amount) end
  save(counter)
end

local function bury(prefix, now)
  local left = 100
  for _, id in ipairs(redis.call('ZRANGEBYSCORE', prefix .. 'holders', '-inf', now, 'LIMIT', 0, 4)) do
    -- No command that it has sent before acts any more, until it comes back.
    redis.call('HDEL', prefix .. 'h:' .. id, 'e')
    local held, spares = prefix .. 'a:' .. id, prefix .. 'p:' .. id
    local found = redis.call('HRANDFIELD', held, left, 'WITHVALUES')
    for index = 1, #found, 2 do
      local name = found[index]
      give_back(prefix, name, number(found[index + 1]), number(redis.call('HGET', spares, name)), now)
      redis.call('HDEL', held, name)
      redis.call('HDEL', spares, name)
    end
    left = left - #found / 2
    if left <= 0 then return end
    redis.call('ZREM', prefix .. 'holders', id)
    redis.call('DEL', held, spares)
  end
end
`

/**
 * Of all that act for a holder: the time, the length of its lease, its epoch, the prefix, and its id.
 * They reply -1 if it speaks through another connection now, or has been given up.
 */
export const holderArguments = `
local holders, wanted, control, held, spares = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]
local now, lease_ms, epoch, prefix, id = number(ARGV[1]), number(ARGV[2]), ARGV[3], ARGV[4], ARGV[5]
bury(prefix, now)
if redis.call('HGET', control, 'e') ~= epoch then return { -1 } end
`
