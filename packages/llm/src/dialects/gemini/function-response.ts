import { isJsonObject, type JsonObject, parseJsonOrUndefined } from '@fairlead/base'
import type { ContentPart, FunctionCallOutputItem } from '../../operations/chat/item.ts'

type Output = Pick<FunctionCallOutputItem, 'output' | 'is_error'>

/**
 * Reads the `response` of a function: `output` is what it returned, `error` what went wrong, and any
 * other object is the output itself (https://ai.google.dev/api/caching#FunctionResponse). `media` are
 * the files that came with it.
 */
export function decodeFunctionResponse(
  response: JsonObject,
  media: readonly ContentPart[],
): Output {
  const keys = Object.keys(response)
  const [only] = keys
  const value = keys.length === 1 && only !== undefined ? response[only] : undefined
  const isError = only === 'error' && value !== undefined
  const isOutput = only === 'output' && value !== undefined
  const text = isError || isOutput ? textOf(value) : JSON.stringify(response)
  return {
    output:
      media.length === 0
        ? text
        : [...(keys.length === 0 ? [] : [{ type: 'input_text', text } as const]), ...media],
    ...(isError ? { is_error: true } : {}),
  }
}

/** Writes it; `text` is all text of the output. */
export function encodeFunctionResponse(text: string, isError: boolean): JsonObject {
  const value = structured(text)
  const told = value === undefined ? text : value
  if (isError) return { error: told }
  if (!isJsonObject(value)) return { output: told }
  const keys = Object.keys(value)
  const isAmbiguous = keys.length === 1 && (keys[0] === 'output' || keys[0] === 'error')
  return isAmbiguous ? { output: value } : value
}

const textOf = (value: unknown): string =>
  typeof value === 'string' ? value : JSON.stringify(value)

/** The value that a text is in JSON, if writing it again gives the same text; no text itself. */
function structured(text: string): unknown {
  const value = /^[{[\d\-tfn]/.test(text) ? parseJsonOrUndefined(text) : undefined
  return value !== undefined && JSON.stringify(value) === text ? value : undefined
}
