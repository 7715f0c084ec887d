import { isJsonObject, parseJsonOrUndefined } from '@fairlead/base'

/** Arguments as read: a call without any has an empty text here, or `null`. */
export function decodeArguments(text: string): string {
  return isNothing(text) ? '{}' : text
}

/** Arguments for a provider that parses them: what is no object is kept under a name that says so. */
export function encodeArguments(text: string): string {
  if (isNothing(text)) return '{}'
  return isJsonObject(parseJsonOrUndefined(text))
    ? text
    : JSON.stringify({ invalid_arguments: text })
}

function isNothing(text: string): boolean {
  const bare = text.trim()
  return bare === '' || bare === 'null'
}

/** Reads arguments that come in pieces. */
export interface ArgumentsReader {
  /** What can be passed on now. */
  push(piece: string): string
  /** What remains at the end. */
  end(): string
}

/** Holds back what may turn out to be `null`, and writes the arguments of a call that has none. */
export function createArgumentsReader(): ArgumentsReader {
  let held: string | undefined = ''
  return {
    push(piece) {
      if (held === undefined) return piece
      held += piece
      if ('null'.startsWith(held.trim()) && held.length < heldLengthMax) return ''
      const passed = held
      held = undefined
      return passed
    },
    end() {
      const rest = held === undefined ? '' : decodeArguments(held)
      held = undefined
      return rest
    },
  }
}

const heldLengthMax = 64
