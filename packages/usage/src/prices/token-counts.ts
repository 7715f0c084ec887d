import type { Usage } from '@fairlead/llm'

/** How many tokens there are of each kind, each counted once, in `tokenKinds`' order. */
export type TokenCounts = readonly number[]

/**
 * The tokens of a call by the kinds that are billed. What a provider tells is not trusted to add up:
 * no part is more than its whole, and no count is less than 0 or has a fraction. Audio that was read
 * from a cache costs what cached input costs.
 */
export function tokenCounts(usage: Usage): TokenCounts {
  const input = wholeTokens(usage.inputTokens)
  const cached = Math.min(wholeTokens(usage.cachedInputTokens), input)
  const written = Math.min(wholeTokens(usage.cacheWriteInputTokens), input - cached)
  const writtenForHour = Math.min(wholeTokens(usage.cacheWrite1hInputTokens ?? 0), written)
  const audioInput = Math.min(wholeTokens(usage.audioInputTokens ?? 0), input - cached - written)
  const output = wholeTokens(usage.outputTokens)
  const reasoning = Math.min(wholeTokens(usage.reasoningTokens), output)
  const audioOutput = Math.min(wholeTokens(usage.audioOutputTokens ?? 0), output - reasoning)
  return [
    input - cached - written - audioInput,
    cached,
    written - writtenForHour,
    writtenForHour,
    audioInput,
    output - reasoning - audioOutput,
    reasoning,
    audioOutput,
  ]
}

/** A count that can be: beyond safe integers nothing is exact, and no call has as many tokens. */
export function wholeTokens(count: number): number {
  if (!(count > 0)) return 0
  return Math.min(Math.ceil(count), Number.MAX_SAFE_INTEGER)
}
