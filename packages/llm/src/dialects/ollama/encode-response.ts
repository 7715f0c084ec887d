import type { JsonObject } from '@fairlead/base'
import type { ModelResponse } from '../../operations/chat/model-response.ts'
import { encodeEnd, encodeTime } from './answer-end.ts'
import type { AnswerForm } from './answer-form.ts'
import { writeCall } from './tool-calls.ts'
import { encodeUsage } from './usage.ts'

/** Writes a whole answer. */
export function encodeResponse(
  response: ModelResponse,
  form: AnswerForm,
  dialect: string,
): JsonObject {
  const parts = response.output.flatMap((item) => (item.type === 'message' ? item.content : []))
  const texts = parts.map((part) => {
    if (part.type === 'output_text') return part.text
    return part.type === 'refusal' ? part.refusal : ''
  })
  const thinking = response.output.flatMap((item) =>
    item.type === 'reasoning' ? [...item.summary, ...(item.content ?? [])] : [],
  )
  const calls = response.output.filter((item) => item.type === 'function_call')
  const logprobs = parts.flatMap((part) =>
    part.type === 'output_text' ? (part.logprobs ?? []) : [],
  )
  return {
    model: response.model,
    created_at: encodeTime(response.createdAt),
    ...form.write({
      text: texts.join(''),
      thinking: thinking.map(({ text }) => text).join(''),
      calls: calls.map(({ call_id: id, name, arguments: text }, index) =>
        writeCall({ id, name, arguments: text }, index),
      ),
    }),
    ...(logprobs.length === 0 ? {} : { logprobs }),
    ...encodeEnd(response, dialect),
    ...encodeUsage(response.usage),
  }
}
