import { usageFigures } from '../../ledger/usage-sums.ts'
import { redisScript } from './redis-script.ts'

/*
 * The ledger beside the counters, under the same prefix:
 *
 *   l:<day>/<tenant>  hash: a row of usage, by its other dimensions
 *   d:<day>           hash: how many rows each tenant has; `#` all together
 *   k:<tenant>        hash: when each key was used last
 *   r                 hash: the calls that can be rated, as JSON
 *   s                 hash: their ratings, in thousandths
 *   e                 sorted set: when they ended
 *   n:<writer>        the last batch of a writer that was taken
 */

/**
 * The prefix, the batch's number, how many rows a day and a tenant of a day may have, the number of
 * entries; for each entry its day, when the day expires, the figures, and three times tenant and
 * row, as it is counted where there is less and less room; then for each use of a key tenant, key,
 * hour and when it expires. A batch is taken once, however often it is sent.
 */
export const noteUsageScript = redisScript(`
local function text(value) return string.format('%.0f', value) end
local prefix, batch, writer = ARGV[1], tonumber(ARGV[2]), KEYS[1]
if batch <= (tonumber(redis.call('GET', writer)) or 0) then return 0 end
redis.call('SET', writer, ARGV[2], 'PX', 86400000)
local rows_max, tenant_rows_max, entries = tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5])
local at = 5
local count = ${usageFigures.length}
for entry = 1, entries do
  local day, expires_at = ARGV[at + 1], ARGV[at + 2]
  local index = prefix .. 'd:' .. day
  for fold = 1, 3 do
    local tenant, row = ARGV[at + count + 1 + 2 * fold], ARGV[at + count + 2 + 2 * fold]
    local rows = prefix .. 'l:' .. day .. '/' .. tenant
    local before = redis.call('HGET', rows, row)
    local has_room = before or fold == 3
    if not has_room then
      local counts = redis.call('HMGET', index, '#', tenant)
      has_room = (tonumber(counts[1]) or 0) < rows_max
        and (tonumber(counts[2]) or 0) < tenant_rows_max * fold
    end
    if has_room then
      local figures, earlier = {}, {}
      for figure in string.gmatch(before or '', '%d+') do earlier[#earlier + 1] = tonumber(figure) end
      for place = 1, count do
        local sum = (earlier[place] or 0) + tonumber(ARGV[at + 2 + place])
        figures[place] = text(math.max(0, math.min(9007199254740991, sum)))
      end
      redis.call('HSET', rows, row, table.concat(figures, ' '))
      if not before then
        redis.call('HINCRBY', index, '#', 1)
        redis.call('HINCRBY', index, tenant, 1)
        redis.call('PEXPIREAT', rows, expires_at)
        redis.call('PEXPIREAT', index, expires_at)
      end
      break
    end
  end
  at = at + count + 8
end
while at < #ARGV do
  local uses, key, hour = prefix .. 'k:' .. ARGV[at + 1], ARGV[at + 2], tonumber(ARGV[at + 3])
  local before = tonumber(redis.call('HGET', uses, key))
  if before and before < hour or not before and redis.call('HLEN', uses) < 1000 then
    redis.call('HSET', uses, key, text(hour))
    redis.call('PEXPIREAT', uses, ARGV[at + 4])
  end
  at = at + 4
end
return 1
`)
