import { type JsonObject, objectOrEmpty } from '@fairlead/base'
import type { Annotation, Item } from '../../operations/chat/item.ts'
import type { ModelResponse } from '../../operations/chat/model-response.ts'
import { callPart, foreignThoughts } from './answer-parts.ts'
import { encodeFinishReason } from './finish-reason.ts'
import { encodeGrounding } from './grounding.ts'
import { encodeLogprobs } from './logprobs.ts'
import { ModelParts } from './model-parts.ts'
import { dialectName } from './sealed-parts.ts'
import { encodeUsage } from './usage.ts'

/** Writes a whole answer, with one candidate. */
export function encodeResponse(response: ModelResponse): JsonObject {
  const { output, usage } = response
  const content = { role: 'model', parts: partsOf(output) }
  return {
    ...answerEnd({ ...response, annotated: annotatedText(output) }, content),
    usageMetadata: usageOf(response, usage),
    modelVersion: response.model,
    responseId: response.id,
  }
}

type AnswerEnd = Pick<ModelResponse, 'finishReason' | 'extras'> & { readonly annotated?: Annotated }

/** The candidates with their end, and what stands beside them. */
export function answerEnd(
  { finishReason, extras, annotated }: AnswerEnd,
  content: JsonObject,
): JsonObject {
  const own = extras?.dialect === dialectName ? extras.fields : {}
  const grounding =
    annotated === undefined ? undefined : encodeGrounding(annotated.annotations, annotated.text)
  const logprobs = encodeLogprobs(annotated?.logprobs ?? [])
  return {
    candidates: [
      {
        content,
        finishReason: encodeFinishReason(finishReason),
        index: 0,
        ...(grounding === undefined ? {} : { groundingMetadata: grounding }),
        ...(logprobs === undefined ? {} : { logprobsResult: logprobs }),
        ...objectOrEmpty(own['candidate']),
      },
    ],
    ...objectOrEmpty(own['answer']),
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

interface Annotated {
  readonly text: string
  readonly annotations: readonly Annotation[]
  readonly logprobs: readonly unknown[]
}

/** The text with annotations: the API tells places in one text only. */
function annotatedText(output: readonly Item[]): Annotated {
  const texts = output
    .flatMap((item) => (item.type === 'message' ? item.content : []))
    .filter((part) => part.type === 'output_text')
  const annotated = texts.find(({ annotations }) => annotations !== undefined)
  return {
    text: annotated?.text ?? '',
    annotations: annotated?.annotations ?? [],
    logprobs: texts.flatMap(({ logprobs }) => logprobs ?? []),
  }
}
