import type { ModelResponse, Usage } from '../operations/chat/model-response.ts'

/** What a caller learns from an answer, whatever shape it came in. */
export interface AnswerSummary {
  readonly text: string
  readonly reasoning: string
  readonly refusal: string
  readonly calls: readonly { readonly id: string; readonly name: string; readonly input: unknown }[]
  readonly finish: string
  readonly usage: Usage | undefined
}

export function summarize(response: ModelResponse): AnswerSummary {
  const parts = response.output.flatMap((item) => (item.type === 'message' ? item.content : []))
  return {
    text: parts.flatMap((part) => (part.type === 'output_text' ? [part.text] : [])).join(''),
    reasoning: response.output
      .flatMap((item) =>
        item.type === 'reasoning' ? [...item.summary, ...(item.content ?? [])] : [],
      )
      .map((part) => part.text)
      .join(''),
    refusal: parts.flatMap((part) => (part.type === 'refusal' ? [part.refusal] : [])).join(''),
    calls: response.output.flatMap((item) =>
      item.type === 'function_call'
        ? [{ id: item.call_id, name: item.name, input: JSON.parse(item.arguments) as unknown }]
        : [],
    ),
    finish: response.finishReason,
    usage: response.usage,
  }
}
