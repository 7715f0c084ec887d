import { arrayOrEmpty, isJsonObject, type JsonObject, objectOrEmpty } from '@fairlead/base'

/**
 * The probabilities of tokens as chat completions tell them, of those of completions, which are
 * parallel lists: https://platform.openai.com/docs/api-reference/completions/object
 */
export function chatLogprobs(value: unknown): JsonObject | null {
  if (!isJsonObject(value)) return null
  const probabilities = arrayOrEmpty(value['token_logprobs'])
  const alternatives = arrayOrEmpty(value['top_logprobs'])
  const content = arrayOrEmpty(value['tokens']).map((token, index) => ({
    token,
    // The first token of an echoed prompt has none.
    logprob: probabilities[index] ?? 0,
    bytes: null,
    top_logprobs: Object.entries(objectOrEmpty(alternatives[index])).map(([other, logprob]) => ({
      token: other,
      logprob,
      bytes: null,
    })),
  }))
  return { content, refusal: null }
}

/** The other way round; `offset` is the number of characters before the first token. */
export function legacyLogprobs(value: unknown, offset: number): JsonObject | null {
  const entries = arrayOrEmpty(objectOrEmpty(value)['content']).filter(isJsonObject)
  if (entries.length === 0) return null
  const tokens = entries.map(({ token }) => String(token))
  let place = offset
  const offsets = tokens.map((token) => {
    const before = place
    place += token.length
    return before
  })
  return {
    tokens,
    token_logprobs: entries.map(({ logprob }) => logprob),
    top_logprobs: entries.map((entry) =>
      Object.fromEntries(
        arrayOrEmpty(entry['top_logprobs'])
          .filter(isJsonObject)
          .map(({ logprob, token }) => [String(token), logprob]),
      ),
    ),
    text_offset: offsets,
  }
}
