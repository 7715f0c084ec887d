import { arrayOrEmpty, isJsonObject, type JsonObject, objectOrEmpty } from '@fairlead/base'
import { chatLogprobs, legacyLogprobs } from './legacy-logprobs.ts'

/**
 * A completion, or a chunk of one, as the chat completion that says the same: whole with `message`,
 * in a stream with `delta`.
 */
export function asChat(answer: JsonObject, said: 'message' | 'delta'): JsonObject {
  if (!Array.isArray(answer['choices'])) return answer
  return {
    ...answer,
    choices: arrayOrEmpty(answer['choices']).map((choice) => {
      if (!isJsonObject(choice)) return choice
      const { logprobs, text, ...others } = choice
      return { ...others, [said]: { content: text }, logprobs: chatLogprobs(logprobs) }
    }),
  }
}

/** The other way round; `offset` is the number of characters that a stream has told before. */
export function asCompletion(answer: JsonObject, offset = 0): JsonObject {
  if (!Array.isArray(answer['choices'])) return answer
  return {
    ...answer,
    object: 'text_completion',
    choices: arrayOrEmpty(answer['choices']).map((choice) => {
      const { finish_reason, index, logprobs, stop_reason, ...said } = objectOrEmpty(choice)
      const { content, refusal } = objectOrEmpty(said['message'] ?? said['delta'])
      return {
        text: `${textOf(content)}${textOf(refusal)}`,
        index,
        logprobs: legacyLogprobs(logprobs, offset),
        finish_reason: finish_reason === 'tool_calls' ? 'stop' : finish_reason,
        ...(stop_reason === undefined ? {} : { stop_reason }),
      }
    }),
  }
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '')
