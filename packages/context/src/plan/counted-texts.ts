import type { CountTokens, TokenCounts } from './count-tokens.ts'
import { bytesPerFour } from './count-tokens.ts'

/** Runs what counts; returns the texts that it wanted counted, each once, in the order of asking. */
export function countedTexts(run: (count: CountTokens) => void): readonly string[] {
  const texts = new Set<string>()
  run((text, model) => {
    texts.add(text)
    return bytesPerFour(text, model)
  })
  return [...texts]
}

/**
 * Figures from texts that have been counted, multiplied by the model's factor. A text that has not
 * been is estimated, in the proportion that the estimate has to the count in all others.
 */
export function countsOf(
  texts: readonly string[],
  counts: readonly number[],
  {
    factor,
    countedBy,
    margin = 0,
  }: { readonly factor: number } & Pick<TokenCounts, 'countedBy' | 'margin'>,
): TokenCounts {
  const known = new Map(texts.map((text, index) => [text, counts[index] ?? 0]))
  const total = counts.reduce((sum, one) => sum + one, 0)
  const estimate = texts.reduce((sum, text) => sum + bytesPerFour(text, ''), 0)
  const proportion = estimate > 0 && total > 0 ? total / estimate : 1
  return {
    count: (text, model) =>
      Math.round((known.get(text) ?? bytesPerFour(text, model) * proportion) * factor),
    countedBy,
    factor,
    margin,
    atMost: 1,
  }
}
