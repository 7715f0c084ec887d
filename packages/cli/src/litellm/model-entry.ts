import type { ConfigSection } from './config-section.ts'
import { shiftedDecimal } from './decimals.ts'
import type { ModelEntry } from './provider-draft.ts'

/** LiteLLM's prices of a token, and the fields for a million. */
const prices = [
  ['input_cost_per_token', 'inputPerMillion'],
  ['output_cost_per_token', 'outputPerMillion'],
  ['cache_read_input_token_cost', 'cachedInputPerMillion'],
  ['cache_creation_input_token_cost', 'cacheWritePerMillion'],
] as const

/** What `model_info` and `litellm_params` say of a model, as an entry of `spec.models`. */
export function readModelEntry(
  name: string,
  deployment: string | undefined,
  info: ConfigSection,
  params: ConfigSection,
): ModelEntry {
  const contextWindow = info.count('max_input_tokens')
  const answer = info.count('max_output_tokens')
  const legacy = info.count('max_tokens')
  const maxOutputTokens = answer ?? legacy
  const price = Object.fromEntries(
    prices.flatMap(([key, field]) => {
      const text = info.text(key) ?? params.text(key)
      const decimal = text === undefined ? undefined : shiftedDecimal(text, 6)
      return decimal === undefined ? [] : [[field, decimal]]
    }),
  )
  // The Azure form has been read where the deployment was named.
  info.take('base_model')
  return {
    name,
    ...(deployment === undefined ? {} : { deployment }),
    ...(contextWindow === undefined ? {} : { contextWindow }),
    ...(maxOutputTokens === undefined ? {} : { maxOutputTokens }),
    ...(Object.keys(price).length === 0 ? {} : { price }),
  }
}
