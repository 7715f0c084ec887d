import type { SimulatorSettings } from '@fairlead/snapshot'
import type { Item, ModelRequest, ModelResponse, Usage } from '@fairlead/llm'
import { simulatedCalls } from './simulated-calls.ts'
import { simulatedText } from './simulated-text.ts'
import { lastUserText, partsText } from './request-text.ts'
import { simulatedThinking } from './simulated-thinking.ts'
import { wordsOf } from './words-of.ts'

/**
 * The Simulator's answer to a prompt, always the same for the same prompt. Echo repeats what it was
 * given, so that a person sees which persona and history reached the model. It calls tools, thinks,
 * keeps to a schema, and stops at a stop sequence as far as the request asks for that.
 */
export function simulatedAnswer(
  request: ModelRequest,
  settings: Pick<SimulatorSettings, 'mode' | 'replies'>,
  meta: { readonly id: string; readonly createdAt: number },
): ModelResponse {
  const thinking = simulatedThinking(request)
  const calls = simulatedCalls(request, lastUserText(request))
  const { text, stopSequence } =
    calls.length > 0 ? { text: '' } : untilStop(simulatedText(request, settings), request)
  const full: Item[] = [...thinking, ...(calls.length > 0 ? calls : [message(text, request)])]
  const limit = request.settings.maxOutputTokens ?? Number.POSITIVE_INFINITY
  const { isCut, output } = withinLimit(full, limit)
  return {
    id: meta.id,
    model: request.model,
    createdAt: meta.createdAt,
    output,
    finishReason: isCut ? 'length' : calls.length > 0 ? 'tool_calls' : 'stop',
    usage: countUsage(request, output),
    ...(stopSequence === undefined || isCut ? {} : { stopSequence }),
  }
}

function message(text: string, { settings }: ModelRequest): Item {
  const { logprobs, topLogprobs = 0 } = settings
  const tokens = logprobs === true ? { logprobs: certainTokens(text, topLogprobs) } : {}
  const content = [{ type: 'output_text', text, ...tokens }] as const
  return { type: 'message', role: 'assistant', status: 'completed', content }
}

/** It never hesitates: every word is a token that was certain. */
function certainTokens(text: string, alternatives: number): readonly object[] {
  return wordsOf(text).map((word) => {
    const token = { token: word, logprob: 0, bytes: [...Buffer.from(word)] }
    return { ...token, top_logprobs: alternatives > 0 ? [token] : [] }
  })
}

/** The text before the first of the stop sequences. */
function untilStop(
  text: string,
  { settings }: ModelRequest,
): { readonly text: string; readonly stopSequence?: string } {
  let end = text.length
  let found: string | undefined
  for (const sequence of settings.stop ?? []) {
    const place = sequence === '' ? -1 : text.indexOf(sequence)
    if (place === -1 || place >= end) continue
    end = place
    found = sequence
  }
  return found === undefined ? { text } : { text: text.slice(0, end), stopSequence: found }
}

/** As many words as may be said, over all items. A call is whole or not at all. */
function withinLimit(
  items: readonly Item[],
  limit: number,
): { readonly output: readonly Item[]; readonly isCut: boolean } {
  const output: Item[] = []
  let left = limit
  for (const item of items) {
    const words = itemWords(item)
    if (words.length <= left || item.type === 'function_call') output.push(item)
    else output.push(cutItem(item, words.slice(0, left).join('')))
    if (words.length > left && item.type !== 'function_call') return { output, isCut: true }
    left -= Math.min(words.length, left)
  }
  return { output, isCut: false }
}

function cutItem(item: Item, text: string): Item {
  if (item.type === 'reasoning') {
    return { type: 'reasoning', summary: [], content: [{ type: 'reasoning_text', text }] }
  }
  return {
    type: 'message',
    role: 'assistant',
    status: 'completed',
    content: [{ type: 'output_text', text }],
  }
}

/** The words of an item of an answer. */
export function itemWords(item: Item): readonly string[] {
  switch (item.type) {
    case 'function_call':
      return wordsOf(item.arguments)
    case 'reasoning':
      return wordsOf(partsText(item.content ?? []))
    case 'message':
      return wordsOf(partsText(item.content))
    default:
      return []
  }
}

/** One token per word of the answer and per four bytes of the prompt: simple enough to predict. */
function countUsage(request: ModelRequest, output: readonly Item[]): Usage {
  const input = Buffer.byteLength(JSON.stringify([request.items, request.tools]))
  const count = (items: readonly Item[]) =>
    items.reduce((sum, item) => sum + itemWords(item).length, 0)
  return {
    inputTokens: Math.ceil(input / 4),
    cachedInputTokens: 0,
    cacheWriteInputTokens: 0,
    outputTokens: count(output),
    reasoningTokens: count(output.filter(({ type }) => type === 'reasoning')),
  }
}
