import { isJsonObject, type JsonObject, objectOrEmpty } from '@fairlead/base'
import { ModelError } from '../../errors/model-error.ts'

/** Only those fields of another dialect that mean the same here. */
export function foreignExtras(extras: JsonObject): JsonObject {
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
