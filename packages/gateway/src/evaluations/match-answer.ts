import { canonicalJson, type JsonObject, parseJsonOrUndefined } from '@fairlead/base'
import { parameterValidator } from '../prompts/parameter-validator.ts'

/** Whether an answer is what was expected: the same text but for white space around it, or equal JSON. */
export function isExactMatch(answer: string, expected: unknown): boolean {
  if (typeof expected === 'string') return answer.trim() === expected.trim()
  const value = parseJsonOrUndefined(answer)
  return value !== undefined && canonicalJson(value) === canonicalJson(expected)
}

/** Whether an answer is JSON that a schema (2020-12) allows. */
export function matchesSchema(answer: string, schema: JsonObject): boolean {
  let value: unknown
  try {
    value = JSON.parse(answer)
  } catch {
    return false
  }
  return parameterValidator(schema)(value)
}
