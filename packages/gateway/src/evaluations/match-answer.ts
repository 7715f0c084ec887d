import { canonicalJson, type JsonObject, parseJsonOrUndefined } from '@fairlead/base'
import { jsonOf, verdictOf } from '@fairlead/guard'

/** Whether an answer is what was expected: the same text but for white space around it, or equal JSON. */
export function isExactMatch(answer: string, expected: unknown): boolean {
  if (typeof expected === 'string') return answer.trim() === expected.trim()
  const value = parseJsonOrUndefined(answer)
  return value !== undefined && canonicalJson(value) === canonicalJson(expected)
}

/** Whether an answer is JSON that a schema (2020-12) allows. Throws for one that cannot be enforced. */
export function matchesSchema(answer: string, schema: JsonObject): boolean {
  return verdictOf(answer, jsonOf(schema), { repair: false }).fits
}
