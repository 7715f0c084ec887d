import type { AnswerSummary } from './answer-summary.ts'

/** A second, simple reader of Anthropic recordings, independent of the dialect under test. */

interface Block {
  type: string
  text?: string
  thinking?: string
  id?: string
  name?: string
  input?: unknown
}

interface Message {
  content: Block[]
  stop_reason: string | null
  stop_details?: { explanation?: string } | null
  usage: Counts
}

interface Counts {
  input_tokens?: number
  output_tokens?: number
  cache_read_input_tokens?: number
  cache_creation_input_tokens?: number
  iterations?: (Counts & { type: string })[]
  output_tokens_details?: { thinking_tokens?: number }
}

export function readAnthropicMessage(message: Message): AnswerSummary {
  const of = (type: string) => message.content.filter((block) => block.type === type)
  const calls = of('tool_use').map((block) => ({
    id: block.id ?? '',
    name: block.name ?? '',
    input: block.input,
  }))
  return {
    text: of('text')
      .map((block) => block.text)
      .join(''),
    reasoning: of('thinking')
      .map((block) => block.thinking)
      .join(''),
    refusal: message.stop_details?.explanation ?? '',
    calls,
    finish: finishOf(message.stop_reason),
    usage: usageOf(message.usage),
  }
}

function finishOf(reason: string | null): string {
  const known: Record<string, string> = {
    max_tokens: 'length',
    refusal: 'content_filter',
    tool_use: 'tool_calls',
  }
  return known[reason ?? ''] ?? 'stop'
}

function usageOf(usage: Counts): AnswerSummary['usage'] {
  const charged = [
    usage,
    ...(usage.iterations ?? []).filter((entry) => entry.type === 'compaction'),
  ]
  const sum = (
    field:
      'input_tokens' | 'output_tokens' | 'cache_read_input_tokens' | 'cache_creation_input_tokens',
  ) => charged.reduce((total, entry) => total + (entry[field] ?? 0), 0)
  const cachedInputTokens = sum('cache_read_input_tokens')
  const cacheWriteInputTokens = sum('cache_creation_input_tokens')
  return {
    inputTokens: sum('input_tokens') + cachedInputTokens + cacheWriteInputTokens,
    cachedInputTokens,
    cacheWriteInputTokens,
    outputTokens: sum('output_tokens'),
    reasoningTokens: usage.output_tokens_details?.thinking_tokens ?? 0,
  }
}

interface StreamPayload {
  type: string
  index?: number
  message?: Message
  content_block?: Block
  delta?: {
    text?: string
    thinking?: string
    partial_json?: string
    stop_reason?: string
    stop_details?: { explanation?: string }
  }
  usage?: Counts
}

/** Reads the payloads of one message by assembling the message from them. */
export function readAnthropicStream(payloads: readonly string[]): AnswerSummary {
  let message: Message = { content: [], stop_reason: null, usage: {} }
  const json: string[] = []
  for (const payload of payloads.map((line) => JSON.parse(line) as StreamPayload)) {
    const index = payload.index ?? 0
    const block = message.content[index]
    if (payload.message !== undefined) message = structuredClone(payload.message)
    if (payload.content_block !== undefined) message.content[index] = payload.content_block
    if (block !== undefined && payload.type === 'content_block_delta') {
      if (payload.delta?.text !== undefined) block.text = `${block.text ?? ''}${payload.delta.text}`
      if (payload.delta?.thinking !== undefined) {
        block.thinking = `${block.thinking ?? ''}${payload.delta.thinking}`
      }
      if (payload.delta?.partial_json !== undefined) {
        json[index] = `${json[index] ?? ''}${payload.delta.partial_json}`
      }
    }
    if (payload.type === 'message_delta') {
      message.stop_reason = payload.delta?.stop_reason ?? null
      message.stop_details = payload.delta?.stop_details ?? null
      message.usage = { ...message.usage, ...payload.usage }
    }
  }
  for (const [index, text] of json.entries()) {
    const block = message.content[index]
    if (text !== undefined && text !== '' && block !== undefined) block.input = JSON.parse(text)
  }
  return readAnthropicMessage(message)
}
