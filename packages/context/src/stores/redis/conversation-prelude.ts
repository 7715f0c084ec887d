/*
 * What scripts about a conversation have in common. They get all its keys, in the order of
 * `RedisKeys.conversation`. Numbers are below 2^53, which Lua counts exactly; its own conversion to
 * text would round them. Stored JSON is read in scripts, but never written by them: they would spell
 * its numbers in another way.
 */
export const conversationPrelude = `
local head, nodes, seqs, bodies, outputs, outlines, owns, items, keyed, digests, plans, plan_order,
  records, record_ids, owned, barred = unpack(KEYS)
local function text(number) return string.format('%.0f', number) end
local function clock()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end

-- The conversation, unless it has expired by the caller's clock; second, also one that has.
local function read(now, ttl)
  local found = redis.call('HMGET', head,
    'rev', 'run', 'held', 'exp', 'touched', 'num', 'ts', 'subject', 'ss', 'ds', 'tree', 'last')
  if not found[1] then return nil, nil end
  local it = {
    rev = found[1], run = found[2], held = found[3], exp = found[4], touched = found[5],
    num = found[6], ts = found[7], subject = found[8], ss = found[9], ds = found[10],
    tree = found[11], last = tonumber(found[12]),
  }
  local is_over = false
  if it.run == '' and it.held ~= '1' then
    if it.exp ~= '' then is_over = now >= tonumber(it.exp)
    elseif ttl ~= '' then is_over = now - tonumber(it.touched) >= tonumber(ttl) end
  end
  if is_over then return nil, it end
  return it, it
end

local before_root = { seq = 0, parent = 0, jump = 0, depth = 0, told = 0 }

local function node(seq)
  local found = seq ~= 0 and redis.call('HGET', nodes, text(seq))
  if not found then return before_root end
  local parent, jump, depth, told = string.match(found, '^(%d+) (%d+) (%d+) (%d+)$')
  return {
    seq = seq, parent = tonumber(parent), jump = tonumber(jump), depth = tonumber(depth),
    told = tonumber(told),
  }
end

local function seq_of(id)
  return tonumber(redis.call('HGET', seqs, id) or 0)
end

-- As ancestorAt in turns/tree-node.ts.
local function ancestor(from, depth)
  local found = from
  while found.depth > depth do
    local far = node(found.jump)
    if far.depth >= depth then found = far else found = node(found.parent) end
  end
  return found
end

local function on_path(one, last)
  return one.seq ~= 0 and one.depth <= last.depth and ancestor(last, one.depth).seq == one.seq
end

-- Seqs of at most count turns of the path to a node, the newest first.
local function path_to(from, count)
  local path, at = {}, from
  while at.seq ~= 0 and #path < count do
    path[#path + 1] = at.seq
    at = node(at.parent)
  end
  return path
end

-- Seqs of the turns that have an item, the newest first.
local function seqs_with(item)
  local members = redis.call('ZREVRANGEBYLEX', items, '(' .. item .. '\\1', '[' .. item .. '\\0')
  local found = {}
  for _, member in ipairs(members) do
    if #member == #item + 13 then found[#found + 1] = tonumber(string.sub(member, -12)) end
  end
  return found
end

-- Seq, body and output of turns in turns, as many as fit; one at least.
local function texts_of(wanted, budget)
  local found, given, used = {}, {}, 0
  for _, seq in ipairs(wanted) do
    local field = text(seq)
    if seq ~= 0 and not given[field] then
      local size = redis.call('HSTRLEN', bodies, field) + redis.call('HSTRLEN', outputs, field)
      if used > 0 and used + size > budget then break end
      local body = redis.call('HGET', bodies, field)
      if body then
        given[field], used = true, used + size
        found[#found + 1] = field
        found[#found + 1] = body
        found[#found + 1] = redis.call('HGET', outputs, field) or '[]'
      end
    end
  end
  return found
end
`

/** How conversations are changed. */
export const changePrelude = `${conversationPrelude}
-- As childNode in turns/tree-node.ts.
local function grow(seq, parent, told)
  local far = node(parent.jump)
  local farther = node(far.jump)
  local jump = parent.seq
  if parent.depth - far.depth == far.depth - farther.depth then jump = farther.seq end
  local place = { text(parent.seq), text(jump), text(parent.depth + 1), text(told) }
  redis.call('HSET', nodes, text(seq), table.concat(place, ' '))
end

local function member_of(item, field)
  return item .. '\\0' .. string.format('%012.0f', tonumber(field))
end

-- Puts what there is of a turn; an empty output or outline is left out.
local function put(field, body, output, outline, own)
  redis.call('HSET', bodies, field, body)
  if output ~= '' then redis.call('HSET', outputs, field, output) end
  if outline ~= '' then redis.call('HSET', outlines, field, outline)
  else redis.call('HDEL', outlines, field) end
  local kept = {}
  for _, item in ipairs(cjson.decode(own)) do
    kept[item] = true
    redis.call('ZADD', items, 0, member_of(item, field))
  end
  for _, item in ipairs(cjson.decode(redis.call('HGET', owns, field) or '[]')) do
    if not kept[item] then redis.call('ZREM', items, member_of(item, field)) end
  end
  redis.call('HSET', owns, field, own)
end

-- All keys but the last two, what stands in other slots, how many turns and plans there were, and the
-- id of the turn that ran.
local function delete_all(it)
  local reply = {
    'removed', it.num, it.ts, it.subject, it.ss, it.ds,
    text(redis.call('HLEN', nodes)), text(redis.call('HLEN', plans)),
    cjson.encode(redis.call('LRANGE', plan_order, 0, -1)),
    cjson.encode(redis.call('ZRANGE', record_ids, 0, -1)),
    it.run ~= '' and redis.call('HGET', head, 'runs') or '',
  }
  redis.call('UNLINK', unpack(KEYS, 1, #KEYS - 2))
  return reply
end
`
