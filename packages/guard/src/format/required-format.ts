import type { JsonObject } from '@fairlead/base'
import { JsonSchema } from '../json-schema/json-schema.ts'
import { CheckTooCostly } from '../json-schema/schema-errors.ts'
import { type FoundJson, meantJson, strictJson } from './json-of-text.ts'

/** What a text has to be. */
export interface RequiredFormat {
  /** Undefined for any JSON object. */
  readonly schema: JsonSchema | undefined
  /** The schema as it was given, for a model that is asked again. */
  readonly described: string
}

/** What a text is, seen by the format that it has to have. */
type FormatVerdict =
  | { readonly fits: true; readonly text: string }
  | { readonly fits: false; readonly problems: readonly string[] }

/** Any JSON object. */
export const jsonObject: RequiredFormat = { schema: undefined, described: '{"type":"object"}' }

/** JSON that fits a schema. Throws `SchemaUnusable` for one that cannot be enforced. */
export function jsonOf(schema: JsonObject): RequiredFormat {
  return { schema: JsonSchema.read(schema), described: JSON.stringify(schema) }
}

/**
 * Whether a text has a format, as it is or, with `repair`, once what is around the JSON and its small
 * mistakes are gone: then with the text that has it.
 */
export function verdictOf(
  text: string,
  format: RequiredFormat,
  { repair }: { readonly repair: boolean },
): FormatVerdict {
  const asWritten = strictJson(text)
  const found = asWritten ?? (repair ? meantJson(text) : undefined)
  if (found === undefined) return { fits: false, problems: ['the answer is not JSON'] }
  const problems = problemsOf(found, format)
  return problems.length === 0 ? { fits: true, text: found.text } : { fits: false, problems }
}

function problemsOf({ value }: FoundJson, { schema }: RequiredFormat): readonly string[] {
  if (schema === undefined) {
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
    return isObject ? [] : ['the answer is not a JSON object']
  }
  try {
    return schema
      .violations(value)
      .map(({ path, message }) => `${path === '' ? 'the answer' : path} ${message}`)
  } catch (error) {
    if (error instanceof CheckTooCostly) return [error.message]
    throw error
  }
}
