import { canonicalJson, parseJson } from '@fairlead/base'
import type { Item } from '@fairlead/llm'
import { isCallOutput, isInstruction, isModelItem, isUserMessage } from './item-kind.ts'
import { itemText, mediaParts } from './item-text.ts'

/** What a caller sent, without what the log already has. */
interface NewInput {
  /** The system and developer messages at the head; empty when they equal those in force. */
  readonly instructions: readonly Item[]
  readonly items: readonly Item[]
}

/** An item of the log. `cut` is set when the model's answer was not completed. */
export interface LoggedItem {
  readonly item: Item
  readonly cut: boolean
}

/**
 * Removes from a body what the log already has. Callers of stateless APIs send the whole
 * conversation with every call: the longest prefix of the body that is also a prefix of the log (or
 * its tail, when the caller keeps only a window) is not new. The match must include a model item: a
 * body with user messages alone is new input, even if the same words were said before. Roles, text
 * and tool calls are compared; ids, reasoning, empty messages and what only one dialect knows are
 * ignored, and a cut answer in
 * the log matches whatever the caller kept of it. A body without anything new repeats its last
 * question.
 */
export function matchRepeatedInput(
  log: readonly LoggedItem[],
  instructionsInForce: readonly Item[],
  input: readonly Item[],
): NewInput {
  const head = input.findIndex((item) => !isInstruction(item))
  const body = head === -1 ? [] : input.slice(head)
  const given = head === -1 ? input : input.slice(0, head)
  return {
    instructions: sameItems(given, instructionsInForce) ? [] : given,
    items: withoutRepeated(log, body),
  }
}

function withoutRepeated(log: readonly LoggedItem[], body: readonly Item[]): readonly Item[] {
  if (!body.some(isModelItem)) return body
  const known = log.filter(({ item }) => isCompared(item)).map(comparedKey)
  const sent = body.flatMap((item, index) =>
    isCompared(item) ? [{ key: itemKey(item), index, byModel: isModelItem(item) }] : [],
  )
  const matched = longestMatch(known, sent)
  if (!sent.slice(0, matched).some((entry) => entry.byModel)) return body
  const next = sent[matched]
  return next === undefined ? lastQuestion(body) : body.slice(next.index)
}

/** How often each item may be compared in a log with cut answers. */
const comparisonsPerItem = 64

/** How many of the sent items form a prefix of the log or its tail. */
function longestMatch(
  known: readonly (string | undefined)[],
  sent: readonly { readonly key: string }[],
): number {
  const keys = sent.map(({ key }) => key)
  return matchAt(known, 0, keys) || (known.includes(undefined) ? cutTail : wholeTail)(known, keys)
}

/** How many of the keys the log has, one after the other, from an index on. */
function matchAt(
  known: readonly (string | undefined)[],
  start: number,
  keys: readonly string[],
): number {
  let length = 0
  while (length < keys.length && start + length < known.length) {
    const key = known[start + length]
    if (key !== undefined && key !== keys[length]) break
    length++
  }
  return length
}

/**
 * The length of the longest tail of the log that the keys begin with, as Knuth, Morris and Pratt
 * find it: in one pass, however often the same words were said.
 */
function wholeTail(known: readonly (string | undefined)[], keys: readonly string[]): number {
  /** For each key, the longest shorter prefix of the keys that ends there. */
  const prefixes: number[] = []
  const extend = (length: number, key: string | undefined): number => {
    let longest = length
    while (longest > 0 && (longest === keys.length || keys[longest] !== key)) {
      longest = prefixes[longest - 1] ?? 0
    }
    return keys[longest] === key ? longest + 1 : longest
  }
  let prefix = 0
  for (const [index, key] of keys.entries()) {
    if (index > 0) prefix = extend(prefix, key)
    prefixes.push(prefix)
  }
  let tail = 0
  for (const key of known.slice(1)) tail = extend(tail, key)
  return tail
}

/**
 * The same for a log with cut answers, which equal anything: each tail is compared by itself. A log
 * that says the same over and over could make that long, so the comparisons are limited; beyond
 * that nothing is taken for a repetition.
 */
function cutTail(known: readonly (string | undefined)[], keys: readonly string[]): number {
  let left = comparisonsPerItem * (known.length + keys.length)
  for (let start = 1; start < known.length && left > 0; start++) {
    const length = matchAt(known, start, keys)
    if (start + length === known.length) return length
    left -= length + 1
  }
  return 0
}

/** The application's items around the last question; of a tool loop, all from its user message on. */
function lastQuestion(body: readonly Item[]): readonly Item[] {
  const end = body.findLastIndex((item) => !isModelItem(item))
  const before = body.slice(0, end + 1).findLastIndex(isModelItem)
  const question = body.slice(before + 1)
  return question.some(isCallOutput)
    ? body.slice(Math.max(0, body.findLastIndex(isUserMessage)))
    : question
}

function comparedKey({ item, cut }: LoggedItem): string | undefined {
  return cut && item.type === 'message' ? undefined : itemKey(item)
}

function isCompared(item: Item): boolean {
  if (item.type === 'reasoning' || item.type === 'fairlead:native') return false
  return !(isModelItem(item) && item.type === 'message' && itemText(item).trim() === '')
}

function sameItems(one: readonly Item[], other: readonly Item[]): boolean {
  return (
    one.length === other.length &&
    one.every((item, index) => {
      const counterpart = other[index]
      return counterpart !== undefined && itemKey(item) === itemKey(counterpart)
    })
  )
}

function itemKey(item: Item): string {
  const media = mediaParts(item)
  const role = item.type === 'message' ? item.role : item.type
  const text = item.type === 'function_call' ? callText(item) : itemText(item).trim()
  return JSON.stringify(media.length === 0 ? [role, text] : [role, text, media])
}

/** Clients re-serialise arguments, so the parsed values are compared. */
function callText(call: { readonly name: string; readonly arguments: string }): string {
  try {
    return `${call.name} ${canonicalJson(parseJson(call.arguments))}`
  } catch {
    return `${call.name} ${call.arguments}`
  }
}
