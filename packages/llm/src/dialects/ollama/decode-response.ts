import { arrayOrEmpty, objectOrEmpty, stringOrUndefined } from '@fairlead/base'
import type { Item } from '../../operations/chat/item.ts'
import type { ModelResponse } from '../../operations/chat/model-response.ts'
import { answerId, createdAt, decodeEnd } from './answer-end.ts'
import type { AnswerForm } from './answer-form.ts'
import { answerFailure } from './errors.ts'
import { readCall } from './tool-calls.ts'
import { decodeUsage } from './usage.ts'

/** Reads a whole answer. */
export function decodeResponse(
  value: unknown,
  nowMs: number,
  form: AnswerForm,
  dialect: string,
): ModelResponse {
  const answer = objectOrEmpty(value)
  const failure = answerFailure(answer, form)
  if (failure !== undefined) throw failure
  const seconds = createdAt(answer, nowMs)
  const id = answerId(answer, seconds)
  const { text, thinking, calls } = form.read(answer)
  const logprobs = arrayOrEmpty(answer['logprobs'])
  const output: Item[] = []
  if (thinking !== '') {
    output.push({
      type: 'reasoning',
      status: 'completed',
      summary: [],
      content: [{ type: 'reasoning_text', text: thinking }],
    })
  }
  if (text !== '') {
    output.push({
      type: 'message',
      role: 'assistant',
      status: 'completed',
      content: [
        {
          type: 'output_text',
          text,
          ...(logprobs.length === 0 ? {} : { logprobs: [...logprobs] }),
        },
      ],
    })
  }
  for (const [index, given] of calls.entries()) {
    const call = readCall(given, `call_${id}_${index}`)
    output.push({
      type: 'function_call',
      status: 'completed',
      call_id: call.id,
      name: call.name,
      arguments: call.arguments,
    })
  }
  const usage = decodeUsage(answer)
  return {
    id,
    model: stringOrUndefined(answer['model']) ?? '',
    createdAt: seconds,
    output,
    ...decodeEnd(answer, dialect, calls.length > 0),
    ...(usage === undefined ? {} : { usage }),
  }
}
