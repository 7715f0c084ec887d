import type { AnswerSummary } from './answer-summary.ts'

/** A second, simple reader of Gemini's answers, independent of the dialect under test. */

interface Part {
  text?: string
  thought?: boolean
  functionCall?: {
    id?: string
    name?: string
    args?: unknown
    partialArgs?: PartialArgument[]
    willContinue?: boolean
  }
}

interface PartialArgument {
  jsonPath: string
  stringValue?: string
  numberValue?: number
  boolValue?: boolean
}

export interface GeminiAnswer {
  candidates?: { content?: { parts?: Part[] }; finishReason?: string }[]
  usageMetadata?: Readonly<Record<string, number>>
  responseId?: string
}

/** What the pieces of an answer say together; a whole answer is one piece. */
export function readGemini(pieces: readonly GeminiAnswer[]): AnswerSummary {
  const candidates = pieces.flatMap(({ candidates: [first] = [] }) => first ?? [])
  const parts = candidates.flatMap(({ content }) => content?.parts ?? [])
  const textOf = (isThought: boolean) =>
    parts
      .filter(({ text, thought }) => text !== undefined && (thought === true) === isThought)
      .map(({ text }) => text)
      .join('')
  const calls = readCalls(parts, pieces[0]?.responseId ?? '')
  const usage = pieces.findLast(({ usageMetadata: counts }) => counts?.['totalTokenCount'])
  const reason = candidates.findLast(({ finishReason }) => finishReason !== undefined)?.finishReason
  return {
    text: textOf(false),
    reasoning: textOf(true),
    refusal: '',
    calls,
    finish: finishOf(reason, calls.length > 0),
    usage: usageOf(usage?.usageMetadata ?? {}),
  }
}

function finishOf(reason: string | undefined, hasCalls: boolean): string {
  if (reason === 'MAX_TOKENS') return 'length'
  return hasCalls ? 'tool_calls' : 'stop'
}

function usageOf(counts: Readonly<Record<string, number>>): AnswerSummary['usage'] {
  const reasoningTokens = counts['thoughtsTokenCount'] ?? 0
  return {
    inputTokens: (counts['promptTokenCount'] ?? 0) + (counts['toolUsePromptTokenCount'] ?? 0),
    cachedInputTokens: counts['cachedContentTokenCount'] ?? 0,
    cacheWriteInputTokens: 0,
    outputTokens: (counts['candidatesTokenCount'] ?? 0) + reasoningTokens,
    reasoningTokens,
  }
}

function readCalls(parts: readonly Part[], responseId: string): AnswerSummary['calls'] {
  const calls: { id: string; name: string; input: unknown }[] = []
  for (const { functionCall: call } of parts) {
    if (call === undefined) continue
    if (call.name !== undefined) {
      const id = call.id ?? `fcall_${responseId}_${calls.length}`
      calls.push({ id, name: call.name, input: call.args ?? {} })
    }
    const { input } = calls.at(-1) ?? {}
    for (const argument of call.partialArgs ?? []) setAt(input, argument)
  }
  return calls
}

function setAt(input: unknown, argument: PartialArgument): void {
  const steps = argument.jsonPath
    .slice(2)
    .replaceAll(/\[(\d+)\]/g, '.$1')
    .split('.')
  let place = input as Record<string, unknown>
  for (const [index, step] of steps.slice(0, -1).entries()) {
    place[step] ??= /^\d+$/.test(steps[index + 1] ?? '') ? [] : {}
    place = place[step] as Record<string, unknown>
  }
  const last = steps.at(-1) ?? ''
  const { stringValue, numberValue, boolValue } = argument
  const before = place[last]
  place[last] =
    stringValue === undefined
      ? (numberValue ?? boolValue ?? null)
      : (typeof before === 'string' ? before : '') + stringValue
}
