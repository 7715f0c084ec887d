import { type Dialect, openAiChat } from '@fairlead/llm'
import type { CallRecord } from '../call/call-record.ts'

/** How limits are told in a dialect: where its vendor has no way, in OpenAI's. */
function spellingOf({ passage }: Dialect) {
  return passage.rateLimits ?? openAiChat.passage.rateLimits
}

/**
 * What is left of the tightest limits that are for a call, as its dialect has it, and which limit
 * has refused it. Flat list: name, value, name, value. Empty where no limit is for it.
 */
export function limitHeaders(
  { limits }: Pick<CallRecord, 'limits'>,
  dialect: Dialect,
  nowMs: number,
): readonly string[] {
  if (limits === undefined) return none
  const headers = spellingOf(dialect)?.write(limits.rateLimits, nowMs) ?? none
  const [first] = limits.refused
  return first === undefined ? headers : [...headers, 'x-fairlead-limit', first.limit]
}

const none: readonly string[] = []

/** Headers of a provider without those that tell of its limits, which are not the caller's. */
export function withoutRateLimits(headers: readonly string[], dialect: Dialect): readonly string[] {
  const names = spellingOf(dialect)?.names
  const kept: string[] = []
  for (let index = 0; index < headers.length; index += 2) {
    const name = headers[index] ?? ''
    if (names?.has(name.toLowerCase()) !== true) kept.push(name, headers[index + 1] ?? '')
  }
  return kept
}
