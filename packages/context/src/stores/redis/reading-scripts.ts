import { conversationPrelude } from './conversation-prelude.ts'
import { redisScript } from './redis-script.ts'

/** All begin with the time and the time to live, and reply nothing where there is no conversation. */
const reading = `${conversationPrelude}
local live = read(tonumber(ARGV[1]), ARGV[2])
if not live then return {} end
`

/**
 * What `TurnStore.basis` reads at one moment: the branch or nothing, how much of the path, a key and a
 * digest or `-`, how many bytes of texts. Replies conversation, epoch, seqs of the running turn, of the
 * one whose instructions are in force, of the keyed and the repeated one, of path and pinned ones, and
 * the texts of some of them.
 */
export const basisScript = redisScript(`${reading}
local branch, path_max, key, digest, budget = unpack(ARGV, 3, 7)
local tree = cjson.decode(live.tree)
if branch == '' then branch = tree.branch end
local newest = tree.branches[branch]
if not newest and branch == tree.branch then newest = tree.head end
local last = before_root
if type(newest) == 'string' then last = node(seq_of(newest)) end
local path = path_to(last, tonumber(path_max))
local is_there = {}
for _, seq in ipairs(path) do is_there[seq] = true end

local instructing = 0
if #path > 0 and not is_there[last.told] then instructing = last.told end
local pinned = {}
for _, id in ipairs(tree.pinned) do
  local one = node(seq_of(id))
  if one.depth <= last.depth - tonumber(path_max) and on_path(one, last) then
    pinned[#pinned + 1] = one.seq
  end
end
table.sort(pinned)
local sent, repeated = 0, 0
if key ~= '-' then sent = tonumber(redis.call('HGET', keyed, key) or 0) end
if digest ~= '-' then
  for _, one in ipairs(redis.call('LRANGE', digests, 0, -1)) do
    local seq, has = string.match(one, '^(%d+) (.*)$')
    if has == digest then repeated = tonumber(seq) break end
  end
end
local running = tonumber(live.run ~= '' and live.run or 0)

local wanted = { running, instructing, sent, repeated }
for _, seq in ipairs(path) do wanted[#wanted + 1] = seq end
for _, seq in ipairs(pinned) do wanted[#wanted + 1] = seq end
local bodies_of = redis.call('HMGET', head, 'conv', 'epoch')
return {
  bodies_of[1], bodies_of[2], running, instructing, sent, repeated, path, pinned,
  texts_of(wanted, tonumber(budget)),
}
`)

/** Texts of turns by seq, as many as fit into the bytes. */
export const textsScript = redisScript(`${reading}
local wanted = {}
for index = 4, #ARGV do wanted[#wanted + 1] = tonumber(ARGV[index]) end
return { 1, texts_of(wanted, tonumber(ARGV[3])) }
`)

/** The turn of an id: its seq, or 0, and its texts. */
export const turnScript = redisScript(`${reading}
local seq = seq_of(ARGV[3])
return { seq, texts_of({ seq }, 0) }
`)

/**
 * The end of a path: the id of its last turn, or nothing for the selected head; then what stands on it:
 * an item or `-`, the id of a turn or `-`. Replies seq and depth of the end, and those of the turn
 * that has the item, or that is named, if it is on the path.
 */
export const placeScript = redisScript(`${reading}
local to, item, turn = unpack(ARGV, 3, 5)
if to == '' then to = cjson.decode(live.tree).head end
local last = before_root
if type(to) == 'string' then last = node(seq_of(to)) end
local found = before_root
if item ~= '-' then
  for _, seq in ipairs(seqs_with(string.sub(item, 2))) do
    local one = node(seq)
    if found.seq == 0 and on_path(one, last) then found = one end
  end
elseif turn ~= '-' then
  local one = node(seq_of(turn))
  if on_path(one, last) then found = one end
end
return { last.seq, last.depth, found.seq, found.depth }
`)

/**
 * A piece of the path to a turn: the seq of the turn, the depth at which the piece ends or 0 for the
 * turn's own, how many turns. Replies the seq of the turn before the piece, and seqs, newest first.
 */
export const pathScript = redisScript(`${reading}
local last = node(tonumber(ARGV[3]))
local depth = tonumber(ARGV[4])
if depth > 0 and depth < last.depth then last = ancestor(last, depth) end
local path = path_to(last, tonumber(ARGV[5]))
local before = 0
if #path > 0 then before = node(path[#path]).parent end
return { before, path }
`)

/** The turns that have an item: their seqs, newest first, and which is on the selected path, or 0. */
export const itemScript = redisScript(`${reading}
local newest = cjson.decode(live.tree).head
local last = before_root
if type(newest) == 'string' then last = node(seq_of(newest)) end
local found, selected = seqs_with(ARGV[3]), 0
for _, seq in ipairs(found) do
  if selected == 0 and on_path(node(seq), last) then selected = seq end
end
return { selected, found }
`)

/**
 * Seqs of turns, whatever their branch: 1 or -1 for rising or falling ones, how many, after which turn
 * or nothing. Replies 0 if there is no such turn.
 */
export const seqsScript = redisScript(`${reading}
local step, count, id = tonumber(ARGV[3]), tonumber(ARGV[4]), ARGV[5]
local at = 0
if id ~= '' then
  at = seq_of(id)
  if at == 0 then return { 0, {} } end
elseif step < 0 then at = live.last + 1 end
local found = {}
while #found < count do
  at = at + step
  if at < 1 or at > live.last then break end
  if redis.call('HEXISTS', nodes, text(at)) == 1 then found[#found + 1] = at end
end
return { 1, found }
`)

/** Outlines of the turns after a seq: seq and outline or nothing in turns; and the running seq. */
export const outlinesScript = redisScript(`${reading}
local found, at, count = {}, tonumber(ARGV[3]), tonumber(ARGV[4])
while at < live.last and #found < 2 * count do
  at = at + 1
  if redis.call('HEXISTS', nodes, text(at)) == 1 then
    found[#found + 1] = text(at)
    found[#found + 1] = redis.call('HGET', outlines, text(at)) or ''
  end
end
return { live.run, found }
`)

/** A plan, if its conversation is there. */
export const planScript = redisScript(`${reading}
return { redis.call('HGET', plans, ARGV[3]) }
`)
