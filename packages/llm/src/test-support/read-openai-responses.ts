import type { AnswerSummary } from './answer-summary.ts'

/** A second, simple reader of responses, independent of the dialect under test. */

interface Part {
  type: string
  text?: string
  refusal?: string
}

interface OutputItem {
  type: string
  id?: string
  call_id?: string
  name?: string
  arguments?: string
  input?: string
  content?: Part[]
  summary?: Part[]
}

interface Response {
  status?: string
  incomplete_details?: { reason?: string } | null
  output: OutputItem[]
  usage?: {
    input_tokens: number
    output_tokens: number
    input_tokens_details?: { cached_tokens?: number; cache_write_tokens?: number }
    output_tokens_details?: { reasoning_tokens?: number }
  } | null
}

/** What a response says; `input` of a call is its text, for calls of tools that take free text. */
export function readResponse(body: unknown): AnswerSummary {
  const { incomplete_details: why, output, status, usage } = body as Response
  const partsOf = (kind: string) =>
    output
      .filter(({ type }) => type === 'message')
      .flatMap(({ content = [] }) => content)
      .filter(({ type }) => type === kind)
  // xAI tells its own searches as calls of custom tools.
  const calls = output.filter(
    ({ call_id: id = '', type }) =>
      type === 'function_call' || (type === 'custom_tool_call' && !id.startsWith('xs_call')),
  )
  return {
    text: partsOf('output_text')
      .map(({ text }) => text)
      .join(''),
    refusal: partsOf('refusal')
      .map(({ refusal }) => refusal)
      .join(''),
    reasoning: output
      .filter(({ type }) => type === 'reasoning')
      .flatMap(({ content }) => content ?? [])
      .map(({ text }) => text)
      .join(''),
    calls: calls.map((call) => ({
      id: call.call_id ?? '',
      name: call.name ?? '',
      input:
        call.type === 'custom_tool_call'
          ? (call.input ?? '')
          : (JSON.parse(call.arguments || '{}') as unknown),
    })),
    finish: finishOf(status, why?.reason, calls.length > 0),
    usage:
      usage === undefined || usage === null
        ? undefined
        : {
            inputTokens: usage.input_tokens,
            cachedInputTokens: usage.input_tokens_details?.cached_tokens ?? 0,
            cacheWriteInputTokens: usage.input_tokens_details?.cache_write_tokens ?? 0,
            outputTokens: usage.output_tokens,
            reasoningTokens: usage.output_tokens_details?.reasoning_tokens ?? 0,
          },
  }
}

function finishOf(
  status: string | undefined,
  reason: string | undefined,
  hasCalls: boolean,
): string {
  if (status === 'incomplete') return reason === 'content_filter' ? 'content_filter' : 'length'
  return hasCalls ? 'tool_calls' : 'stop'
}

/** The parts of summaries, which are not the thinking itself. */
export function readSummaries(body: unknown): string[] {
  return (body as Response).output
    .filter(({ type }) => type === 'reasoning')
    .flatMap(({ summary }) => summary ?? [])
    .map(({ text }) => text ?? '')
}
