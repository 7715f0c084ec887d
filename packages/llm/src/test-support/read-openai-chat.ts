import type { AnswerSummary } from './answer-summary.ts'

/* A second, plain reading of chat completions, independent of the dialect under test. */

interface Call {
  index?: number
  id?: string
  function?: { name?: string; arguments?: string }
}

interface Part {
  type: string
  text?: string
  thinking?: Part[]
}

interface Said {
  content?: string | Part[] | null
  refusal?: string | null
  reasoning_content?: string | null
  reasoning?: string | null
  tool_calls?: Call[]
}

interface Completion {
  choices: { message?: Said; delta?: Said; finish_reason: string | null }[]
  usage?: {
    prompt_tokens: number
    total_tokens: number
    prompt_tokens_details?: { cached_tokens?: number; cache_write_tokens?: number }
    completion_tokens_details?: { reasoning_tokens?: number }
  } | null
}

export function readChatCompletion(body: unknown): AnswerSummary {
  const { choices, usage } = body as Completion
  return summary(choices[0]?.message ?? {}, choices[0]?.finish_reason ?? '', usage)
}

/** Reads the payloads of a stream, `[DONE]` left out. */
export function readChatStream(payloads: readonly string[]): AnswerSummary {
  const said = { content: '', refusal: '', reasoning_content: '', tool_calls: [] as Call[] }
  let finish = ''
  let usage: Completion['usage']
  for (const chunk of payloads.map((line) => JSON.parse(line) as Completion)) {
    usage = chunk.usage ?? usage
    const choice = chunk.choices[0]
    finish = choice?.finish_reason ?? finish
    said.content += textOf(choice?.delta)
    said.refusal += choice?.delta?.refusal ?? ''
    said.reasoning_content += reasoningOf(choice?.delta)
    for (const call of choice?.delta?.tool_calls ?? []) {
      const known = said.tool_calls[call.index ?? 0]
      if (known?.function === undefined) said.tool_calls[call.index ?? 0] = structuredClone(call)
      else known.function.arguments = `${known.function.arguments}${call.function?.arguments ?? ''}`
    }
  }
  return summary(said, finish, usage)
}

function partsOf(said: Said | undefined): Part[] {
  return Array.isArray(said?.content) ? said.content : []
}

function textOf(said: Said | undefined): string {
  if (typeof said?.content === 'string') return said.content
  return partsOf(said)
    .map((part) => part.text ?? '')
    .join('')
}

function reasoningOf(said: Said | undefined): string {
  const thinking = partsOf(said).flatMap((part) => part.thinking ?? [])
  const told = said?.reasoning_content ?? said?.reasoning ?? ''
  return told + thinking.map((part) => part.text ?? '').join('')
}

function summary(said: Said, finish: string, usage: Completion['usage']): AnswerSummary {
  return {
    text: textOf(said),
    reasoning: reasoningOf(said),
    refusal: said.refusal ?? '',
    calls: (said.tool_calls ?? []).map((call) => ({
      id: call.id ?? '',
      name: call.function?.name ?? '',
      input: JSON.parse(call.function?.arguments ?? '') as unknown,
    })),
    finish,
    usage:
      usage === undefined || usage === null
        ? undefined
        : {
            inputTokens: usage.prompt_tokens,
            cachedInputTokens: usage.prompt_tokens_details?.cached_tokens ?? 0,
            cacheWriteInputTokens: usage.prompt_tokens_details?.cache_write_tokens ?? 0,
            outputTokens: usage.total_tokens - usage.prompt_tokens,
            reasoningTokens: usage.completion_tokens_details?.reasoning_tokens ?? 0,
          },
  }
}
