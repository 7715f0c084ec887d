import type { TextMatcher } from '../../packages/guard/src/text-matcher.ts'
import type { LabelledText } from './labelled-text.ts'

export interface Score {
  /** What should be found. */
  readonly wanted: number
  readonly found: number
  /** Found, and should be. */
  readonly right: number
  /** Texts in which something is missing or should not be. */
  readonly wrong: readonly string[]
}

/** By places: one is right where it begins and ends as it should. */
export function scoreBySpans(matcher: TextMatcher, texts: readonly LabelledText[]): Score {
  return scoreOf(texts, ({ spans, text }) => {
    const findings = matcher.find(text)
    const right = spans.filter(({ end, start }) =>
      findings.some((one) => one.start === start && one.end === end),
    )
    return { wanted: spans.length, found: findings.length, right: right.length }
  })
}

/** By texts: whether anything is found. */
export function scoreByTexts(matcher: TextMatcher, texts: readonly LabelledText[]): Score {
  return scoreOf(texts, ({ spans, text }) => {
    const wanted = spans.length > 0 ? 1 : 0
    const found = matcher.find(text).length > 0 ? 1 : 0
    return { wanted, found, right: wanted * found }
  })
}

function scoreOf(
  texts: readonly LabelledText[],
  count: (text: LabelledText) => Omit<Score, 'wrong'>,
): Score {
  const total = { wanted: 0, found: 0, right: 0 }
  const wrong: string[] = []
  for (const text of texts) {
    const { found, right, wanted } = count(text)
    total.wanted += wanted
    total.found += found
    total.right += right
    if (right < wanted || right < found) wrong.push(text.text)
  }
  return { ...total, wrong }
}
