import { isRespelled, numberEnd, startsNumber, startsString, stringEnd } from './json-token.ts'
import { keepSpelling } from './keep-spelling.ts'

/**
 * Parses JSON so that `JSON.stringify` gives every number back as it was spelled: one that
 * JavaScript would write in another way becomes a RawNumber. Takes time linear in the text. Throws
 * SyntaxError for what is no JSON.
 */
export function parseJson(text: string): unknown {
  const value: unknown = JSON.parse(text)
  return hasRespelledNumber(text) ? keepSpelling(text, value) : value
}

/** As `parseJson`; `undefined` for invalid JSON, which is unambiguous, as JSON has no undefined. */
export function parseJsonOrUndefined(text: string): unknown {
  try {
    return parseJson(text)
  } catch {
    return undefined
  }
}

/** For nearly all texts there is none, and looking for one costs less than parsing. */
function hasRespelledNumber(text: string): boolean {
  let position = 0
  while (position < text.length) {
    const code = text.charCodeAt(position)
    if (startsString(code)) {
      position = stringEnd(text, position)
    } else if (startsNumber(code)) {
      const end = numberEnd(text, position)
      if (isRespelled(text, position, end)) return true
      position = end
    } else {
      position += 1
    }
  }
  return false
}
