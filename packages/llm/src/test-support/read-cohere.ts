import type { Usage } from '../operations/chat/model-response.ts'
import type { AnswerSummary } from './answer-summary.ts'

interface CohereUsage {
  readonly tokens: { readonly input_tokens: number; readonly output_tokens: number }
  readonly cached_tokens: number
}
interface CohereCall {
  readonly id: string
  readonly function: { readonly name: string; readonly arguments: string }
}
interface CohereBlock {
  readonly text?: string
  readonly thinking?: string
}

/** An answer of `/v2/chat`, as far as its reader needs it. */
export interface CohereAnswer {
  readonly message: {
    readonly content?: readonly CohereBlock[]
    readonly tool_plan?: string
    readonly tool_calls?: readonly CohereCall[]
    readonly citations?: readonly unknown[]
  }
  readonly finish_reason: string
  readonly usage: CohereUsage
}

interface CohereEvent {
  readonly type: string
  readonly index: number
  readonly delta?: {
    readonly message?: {
      readonly content?: CohereBlock
      readonly tool_plan?: string
      readonly tool_calls?: CohereCall
    }
    readonly finish_reason?: string
    readonly usage?: CohereUsage
  }
}

const finishes: Readonly<Record<string, string>> = {
  COMPLETE: 'stop',
  MAX_TOKENS: 'length',
  TOOL_CALL: 'tool_calls',
}

/** What Cohere's answer says, read without the dialect. */
export function readCohereAnswer({ message, finish_reason, usage }: CohereAnswer): AnswerSummary {
  const { content = [], tool_calls: calls = [], tool_plan: plan = '' } = message
  return {
    text: content.map(({ text = '' }) => text).join(''),
    reasoning: plan + content.map(({ thinking = '' }) => thinking).join(''),
    refusal: '',
    calls: calls.map(({ id, function: { name, arguments: text } }) => ({
      id,
      name,
      input: (JSON.parse(text === '' ? '{}' : text) as unknown) ?? {},
    })),
    finish: finishes[finish_reason] ?? finish_reason,
    usage: usageOf(usage),
  }
}

/** What Cohere's stream says, read without the dialect. */
export function readCohereStream(lines: readonly string[]): AnswerSummary {
  const events = lines.map((line) => JSON.parse(line) as CohereEvent)
  const calls: { id: string; name: string; arguments: string }[] = []
  let text = ''
  let reasoning = ''
  for (const { type, index, delta } of events) {
    const { content, tool_calls: call, tool_plan: plan } = delta?.message ?? {}
    if (type === 'tool-call-start' && call !== undefined) {
      calls[index] = { id: call.id, name: call.function.name, arguments: call.function.arguments }
    }
    const started = calls[index]
    if (type === 'tool-call-delta' && started !== undefined) {
      started.arguments += call?.function.arguments ?? ''
    }
    if (type === 'tool-plan-delta') reasoning += plan ?? ''
    if (type.startsWith('content-')) {
      text += content?.text ?? ''
      reasoning += content?.thinking ?? ''
    }
  }
  const end = events.at(-1)?.delta
  return {
    text,
    reasoning,
    refusal: '',
    calls: calls.map(({ id, name, arguments: written }) => ({
      id,
      name,
      input: (JSON.parse(written === '' ? '{}' : written) as unknown) ?? {},
    })),
    finish: finishes[end?.finish_reason ?? ''] ?? String(end?.finish_reason),
    usage: end?.usage === undefined ? undefined : usageOf(end.usage),
  }
}

function usageOf({ cached_tokens: cached, tokens }: CohereUsage): Usage {
  return {
    inputTokens: tokens.input_tokens,
    cachedInputTokens: cached,
    cacheWriteInputTokens: 0,
    outputTokens: tokens.output_tokens,
    reasoningTokens: 0,
  }
}
