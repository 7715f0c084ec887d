import { arrayOrEmpty, isJsonObject, numberOrUndefined, stringOrUndefined } from '@fairlead/base'

/**
 * The probabilities of pieces of text, in the form that OpenAI's dialects share: an entry for each
 * token. A piece of several tokens does not tell how its text is divided: the first has all of it.
 */
export function decodeLogprobs(value: unknown): unknown[] {
  const pieces = Array.isArray(value) ? value : [value]
  return pieces.filter(isJsonObject).flatMap((piece) =>
    arrayOrEmpty(piece['logprobs']).map((logprob, index) => ({
      token: index === 0 ? (stringOrUndefined(piece['text']) ?? '') : '',
      logprob: numberOrUndefined(logprob) ?? 0,
      bytes: null,
      top_logprobs: [],
    })),
  )
}

/** A piece of text with the probabilities of its tokens. */
interface Piece {
  readonly text: string
  readonly token_ids: readonly number[]
  readonly logprobs: readonly number[]
}

/** The same in Cohere's form, without the numbers of the tokens, which others do not tell. */
export function encodeLogprobs(entries: readonly unknown[]): readonly Piece[] {
  const pieces: (Piece & { readonly logprobs: number[] })[] = []
  for (const { logprob, token } of entries.filter(isJsonObject)) {
    const text = stringOrUndefined(token) ?? ''
    const probability = numberOrUndefined(logprob) ?? 0
    const last = pieces.at(-1)
    if (text === '' && last !== undefined) last.logprobs.push(probability)
    else pieces.push({ text, token_ids: [], logprobs: [probability] })
  }
  return pieces
}
