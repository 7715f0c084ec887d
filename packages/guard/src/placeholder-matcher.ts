import { matcherOf } from './compile-matcher.ts'
import { expressionProbe, openByCharacters } from './probe.ts'
import type { TextMatcher } from './text-matcher.ts'

/** As long as a placeholder can be. */
const reach = 40

/** Finds what may be placeholders of a `MaskTable`. */
export const placeholderMatcher: TextMatcher = matcherOf([
  expressionProbe('Placeholder', /\[[A-Z_]{2,24}_\d{1,9}\]/g, {
    reach,
    openFrom: openByCharacters(/[[A-Z_\d]/, reach),
  }),
])
