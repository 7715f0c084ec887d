import { arrayOrEmpty, isJsonObject, type JsonObject, objectOrEmpty } from '@fairlead/base'

/**
 * Reads `logprobsResult` (https://ai.google.dev/api/generate-content#LogprobsResult) as one entry per
 * token, in the form that OpenAI's dialects share; undefined without one.
 */
export function decodeLogprobs(value: unknown): readonly unknown[] | undefined {
  if (!isJsonObject(value)) return undefined
  const top = arrayOrEmpty(value['topCandidates'])
  const chosen = arrayOrEmpty(value['chosenCandidates']).filter(isJsonObject)
  if (chosen.length === 0) return undefined
  return chosen.map((candidate, index) => ({
    ...entryOf(candidate),
    top_logprobs: arrayOrEmpty(objectOrEmpty(top[index])['candidates'])
      .filter(isJsonObject)
      .map(entryOf),
  }))
}

function entryOf({ token, logProbability }: JsonObject): JsonObject {
  const text = typeof token === 'string' ? token : ''
  return { token: text, logprob: logProbability ?? 0, bytes: [...Buffer.from(text)] }
}

/** Writes such entries; undefined if there are none. */
export function encodeLogprobs(entries: readonly unknown[]): JsonObject | undefined {
  const tokens = entries.filter(isJsonObject)
  if (tokens.length === 0) return undefined
  return {
    chosenCandidates: tokens.map(candidateOf),
    topCandidates: tokens.map(({ top_logprobs: top }) => ({
      candidates: arrayOrEmpty(top).filter(isJsonObject).map(candidateOf),
    })),
  }
}

function candidateOf({ token, logprob }: JsonObject): JsonObject {
  return { token, logProbability: logprob }
}
