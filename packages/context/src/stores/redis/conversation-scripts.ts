import { changePrelude, conversationPrelude } from './conversation-prelude.ts'
import { redisScript } from './redis-script.ts'

/**
 * How long before a change its entries in indexes may have been made, in milliseconds: they are swept
 * away as of a change that never came after twice that time.
 */
export const intentMs = 30_000

/**
 * The change of `TurnStore.append`. Replies `conflict`, `locked`, `missing`; `index` with the number of
 * the conversation where it needs entries in indexes first; `late` where those may be gone; `barred`
 * where its subject has been erased since they were made; `left` where
 * an earlier conversation of the id has not been deleted with all its responses yet; or `stored`
 * with the entries that are of no use any more, as those of a removal, and the plans that were pruned.
 * The same change again is stored already: its turns have ids that nobody else makes.
 */
export const appendScript = redisScript(`${changePrelude}
local now, ttl, expected, revision, conversation, epoch, tree, expires, held, subject, number, stamp,
  stamped, added, changed, plan, plan_body, plans_max, member, digests_max = unpack(ARGV, 1, 20)
added, changed = tonumber(added), tonumber(changed)
local live, stored = read(tonumber(now), ttl)
local turns_at, changed_at = 20, 20 + added * 11

if live and added > 0 then
  local is_known = true
  for index = 1, added do
    local at = turns_at + (index - 1) * 11
    is_known = is_known and redis.call('HGET', seqs, ARGV[at + 2]) == ARGV[at + 1]
  end
  if is_known then return { 'stored', '', '', '-', '', '', '[]', '[]' } end
end
if not live and expected ~= '' then return { 'missing' } end
if live and live.rev ~= expected then return { 'conflict' } end
if live and added > 0 and live.run ~= '' then return { 'locked' } end
local is_indexed = live and live.subject == subject
  and (expires == '' or (live.exp == expires and live.held == held))
if stamp == '' and not is_indexed then return { 'index', live and live.num or '' } end
if stamp ~= '' and clock() > tonumber(stamped) + ${intentMs} then return { 'late', live and live.num or '' } end

if stamp ~= '' and redis.call('SISMEMBER', barred, stamp) == 1 then
  return { 'barred', live and live.num or '' }
end
if not live and redis.call('EXISTS', owned) == 1 then return { 'left' } end
local useless = { '', '', '-', '', '', '[]', '[]' }
if stored and not live then
  local removed = delete_all(stored)
  useless = { removed[2], removed[3], removed[4], removed[5], removed[6], removed[9], removed[10] }
end
if not live then
  redis.call('HSET', head, 'num', number, 'ts', stamp, 'run', '', 'member', '', 'last', '0')
end
redis.call('HSET', head, 'rev', revision, 'touched', now, 'conv', conversation, 'tree', tree,
  'exp', expires, 'held', held, 'subject', subject)
if epoch ~= '' then redis.call('HSET', head, 'epoch', epoch) end
if stamp ~= '' then
  local own_subject = subject ~= '-' and stamp or ''
  local own_expiry = expires ~= '' and stamp or ''
  if live then
    if live.ss ~= '' then useless[3], useless[4] = live.subject, live.ss end
    if live.ds ~= '' then useless[5] = live.ds end
  end
  redis.call('HSET', head, 'ss', own_subject, 'ds', own_expiry)
end

for index = 1, added do
  local at = turns_at + (index - 1) * 11
  local seq, id, parent, is_running, key, digest, told = unpack(ARGV, at + 1, at + 7)
  redis.call('HSET', seqs, id, seq)
  grow(tonumber(seq), node(seq_of(parent)), seq_of(told))
  put(seq, unpack(ARGV, at + 8, at + 11))
  if key ~= '-' then redis.call('HSET', keyed, key, seq) end
  redis.call('LPUSH', digests, seq .. ' ' .. digest)
  redis.call('HSET', head, 'last', seq)
  if is_running == '1' then redis.call('HSET', head, 'run', seq, 'runs', id, 'member', member) end
end
if added > 0 then redis.call('LTRIM', digests, 0, tonumber(digests_max) - 1) end
for index = 1, changed do
  local at = changed_at + (index - 1) * 5
  local seq = redis.call('HGET', seqs, ARGV[at + 1])
  if seq then put(seq, unpack(ARGV, at + 2, at + 5)) end
end

if plan ~= '' then
  if redis.call('HSET', plans, plan, plan_body) == 1 then redis.call('RPUSH', plan_order, plan) end
  local pruned = {}
  while redis.call('LLEN', plan_order) > tonumber(plans_max) do
    local oldest = redis.call('LPOP', plan_order)
    redis.call('HDEL', plans, oldest)
    pruned[#pruned + 1] = oldest
  end
  if #pruned > 0 and useless[6] == '[]' then useless[6] = cjson.encode(pruned) end
end
return { 'stored', unpack(useless) }
`)

/** Writes the output of a turn, if that runs. */
export const flushScript = redisScript(`${changePrelude}
local seq = redis.call('HGET', seqs, ARGV[1])
if not seq or redis.call('HGET', head, 'run') ~= seq then return 0 end
redis.call('HSET', outputs, seq, ARGV[2])
return 1
`)

/**
 * Ends a running turn: when, its id, the member that must run it or nothing, body, output or nothing,
 * outline or nothing, ids of items, epoch or nothing, id and body of the plan. Replies `missing`,
 * `ended` or `stored`.
 */
export const finishScript = redisScript(`${changePrelude}
local now, id, member, body, output, outline, own, epoch, plan, plan_body = unpack(ARGV, 1, 20)
local found = redis.call('HMGET', head, 'run', 'tree', 'member')
local seq = redis.call('HGET', seqs, id)
if not found[1] or not seq then return 'missing' end
if found[1] ~= seq or (member ~= '' and member ~= found[3]) then return 'ended' end
put(seq, body, output, outline, own)
redis.call('HSET', head, 'run', '', 'member', '')
if now ~= '' then redis.call('HSET', head, 'touched', now) end
if epoch ~= '' and cjson.decode(found[2]).head == id then redis.call('HSET', head, 'epoch', epoch) end
if plan ~= '' and redis.call('HEXISTS', plans, plan) == 1 then
  redis.call('HSET', plans, plan, plan_body)
end
return 'stored'
`)

export const replacePlanScript = redisScript(`${changePrelude}
if redis.call('HEXISTS', plans, ARGV[1]) == 0 then return 0 end
redis.call('HSET', plans, ARGV[1], ARGV[2])
return 1
`)

/** Keeps an outline that was made of a turn, in place of another or of none. */
export const keepOutlineScript = redisScript(`${changePrelude}
local seq, before, outline = unpack(ARGV, 1, 20)
if redis.call('HEXISTS', bodies, seq) == 0 then return 0 end
if (redis.call('HGET', outlines, seq) or '') ~= before then return 0 end
return redis.call('HSET', outlines, seq, outline)
`)

/**
 * Notes a response of a conversation before it is stored: now, time to live, id. Replies the server's
 * time, or 0 where there is no such conversation.
 */
export const joinScript = redisScript(`${conversationPrelude}
if not read(tonumber(ARGV[1]), ARGV[2]) then return 0 end
redis.call('SADD', owned, ARGV[3])
return clock()
`)

/**
 * Deletes a conversation with all that belongs to it but its responses, which are deleted next: now, time to live, and why: `asked`; `expired`;
 * or the stamp of an entry of its subject, which must be the one that counts: if its change is still on
 * its way, it is barred. Replies `missing`; `held`;
 * `kept`, when it was touched and when it expires; or `removed` and what `delete_all` says.
 */
export const removeScript = redisScript(`${changePrelude}
local now, ttl, why = unpack(ARGV, 1, 20)
local live, stored = read(tonumber(now), ttl)
if why == 'asked' then
  if not live then return { 'missing' } end
elseif why == 'expired' then
  if not stored then return { 'missing' } end
  if live then
    return { live.held == '1' and 'held' or 'kept', live.touched, live.exp, live.ts, live.ds }
  end
elseif not stored or stored.ss ~= why then
  if clock() <= tonumber(string.match(why, '^%d+')) + ${intentMs} then
    redis.call('SADD', barred, why)
    redis.call('PEXPIRE', barred, ${3 * intentMs})
  end
  return { stored and 'other' or 'missing' }
end
if stored.held == '1' then return { 'held' } end
return delete_all(stored)
`)
