import { arrayOrEmpty, type JsonObject, objectOrEmpty } from '@fairlead/base'
import type { Item } from '../../operations/chat/item.ts'
import type { ModelResponse } from '../../operations/chat/model-response.ts'
import { callPart, foreignThoughts } from './answer-parts.ts'
import { CitedText } from './cited-text.ts'
import { encodeFinishReason } from './finish-reason.ts'
import { encodeLogprobs } from './logprobs.ts'
import { ModelParts } from './model-parts.ts'
import { dialectName } from './sealed-parts.ts'
import { encodeUsage } from './usage.ts'

/** Writes a whole answer, with one candidate. */
export function encodeResponse(response: ModelResponse): JsonObject {
  const { output, usage } = response
  const content = { role: 'model', parts: partsOf(output) }
  return {
    ...answerEnd({ ...response, cited: citedText(output), logprobs: logprobsOf(output) }, content),
    usageMetadata: usageOf(response, usage),
    modelVersion: response.model,
    responseId: response.id,
  }
}

type AnswerEnd = Pick<ModelResponse, 'finishReason' | 'extras'> & {
  readonly cited: CitedText
  /** Those that have not been written yet. */
  readonly logprobs?: readonly unknown[]
}

/** The candidates with their end, and what stands beside them. */
export function answerEnd(
  { cited, extras, finishReason, logprobs = [] }: AnswerEnd,
  content: JsonObject,
): JsonObject {
  const {
    candidates,
    usageMetadata: _,
    ...beside
  } = extras?.dialect === dialectName ? extras.fields : {}
  const grounding = cited.grounding()
  const probabilities = encodeLogprobs(logprobs)
  return {
    candidates: [
      {
        content,
        finishReason: encodeFinishReason(finishReason),
        index: 0,
        ...(grounding === undefined ? {} : { groundingMetadata: grounding }),
        ...(probabilities === undefined ? {} : { logprobsResult: probabilities }),
        ...objectOrEmpty(arrayOrEmpty(candidates)[0]),
      },
    ],
    ...beside,
  }
}

/** As the API reported it, where it did. */
export function usageOf(
  { extras }: Pick<ModelResponse, 'extras'>,
  usage: ModelResponse['usage'],
): JsonObject {
  const own = extras?.dialect === dialectName ? extras.fields : {}
  return { ...encodeUsage(usage), ...objectOrEmpty(own['usageMetadata']) }
}

function partsOf(output: readonly Item[]): readonly JsonObject[] {
  const written = new ModelParts()
  for (const item of output) {
    if (item.type === 'reasoning' && item.maker !== dialectName) {
      written.addPart(foreignThoughts(item))
    } else if (item.type === 'function_call') {
      written.addPart(callPart({ ...item, id: item.call_id }))
    } else {
      written.add(item)
    }
  }
  return written.end()
}

function citedText(output: readonly Item[]): CitedText {
  const cited = new CitedText()
  for (const item of output) {
    if (item.type !== 'message') cited.end()
    else {
      for (const part of item.content) {
        if (part.type === 'refusal') cited.add(part.refusal, true)
        else if (part.type === 'output_text') {
          cited.add(part.text, true)
          for (const annotation of part.annotations ?? []) cited.annotate(annotation)
        } else cited.end()
      }
    }
  }
  return cited
}

function logprobsOf(output: readonly Item[]): readonly unknown[] {
  return output
    .flatMap((item) => (item.type === 'message' ? item.content : []))
    .flatMap((part) => (part.type === 'output_text' ? (part.logprobs ?? []) : []))
}
