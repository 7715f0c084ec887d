import {
  arrayOrEmpty,
  isJsonObject,
  type JsonObject,
  numberOrUndefined,
  objectOrEmpty,
} from '@fairlead/base'
import { ModelError } from '../../errors/model-error.ts'

/** Fields of OpenAI's that ask for another answer than this API can give. */
const refused: readonly {
  readonly field: string
  readonly asksForIt: (value: unknown) => boolean
  readonly message: string
}[] = [
  {
    field: 'n',
    asksForIt: (value) => (numberOrUndefined(value) ?? 0) > 1,
    message:
      "This model returns one answer per call, but 'n' is more. Omit it and call several times.",
  },
  {
    field: 'logprobs',
    asksForIt: (value) => value === true,
    message: "This model reports no probabilities of tokens. Omit 'logprobs'.",
  },
  {
    field: 'modalities',
    asksForIt: (value) => arrayOrEmpty(value).some((one) => one !== 'text'),
    message: "This model answers with text only. Omit 'modalities'.",
  },
  {
    field: 'logit_bias',
    asksForIt: (value) => Object.keys(objectOrEmpty(value)).length > 0,
    message: "The tokens of this model cannot be weighted. Omit 'logit_bias'.",
  },
]

/**
 * Only those fields of another dialect that mean the same here. Throws a ModelError 400 for one that
 * asks for another answer than this API can give.
 */
export function foreignExtras(extras: JsonObject): JsonObject {
  for (const { field, asksForIt, message } of refused) {
    if (asksForIt(extras[field])) {
      throw new ModelError('invalid-request', message, { param: field })
    }
  }
  return isJsonObject(extras['thinking']) ? { thinking: extras['thinking'] } : {}
}

/**
 * Anthropic's own tool for OpenAI's `web_search_options`; undefined if the caller did not ask for
 * one. The size of the searched context has no counterpart. Throws a ModelError 400 where the model
 * has no such tool.
 */
export function webSearchTool(extras: JsonObject, isOffered: boolean): JsonObject | undefined {
  const options = extras['web_search_options']
  if (!isJsonObject(options)) return undefined
  if (!isOffered) {
    throw new ModelError(
      'invalid-request',
      "This model has no web search. Omit 'web_search_options' or choose another model.",
      { param: 'web_search_options' },
    )
  }
  const location = objectOrEmpty(objectOrEmpty(options['user_location'])['approximate'])
  return {
    type: 'web_search_20250305',
    name: 'web_search',
    ...(Object.keys(location).length === 0
      ? {}
      : { user_location: { type: 'approximate', ...location } }),
  }
}
