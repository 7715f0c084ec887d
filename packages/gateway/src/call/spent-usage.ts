import type { Usage } from '@fairlead/llm'
import type { CallTarget } from '../routing/call-target.ts'

/** What one attempt has used. */
export interface SpentUsage {
  readonly target: CallTarget
  readonly usage: Usage
}

/** What attempts have used together; `parts` has at least one. */
export function usageOfAll(parts: readonly SpentUsage[]): Usage {
  const sum = (count: (usage: Usage) => number | undefined) =>
    parts.reduce((total, { usage }) => total + (count(usage) ?? 0), 0)
  const forHour = sum((usage) => usage.cacheWrite1hInputTokens)
  const audioInput = sum((usage) => usage.audioInputTokens)
  const audioOutput = sum((usage) => usage.audioOutputTokens)
  return {
    inputTokens: sum((usage) => usage.inputTokens),
    cachedInputTokens: sum((usage) => usage.cachedInputTokens),
    cacheWriteInputTokens: sum((usage) => usage.cacheWriteInputTokens),
    ...(forHour === 0 ? {} : { cacheWrite1hInputTokens: forHour }),
    outputTokens: sum((usage) => usage.outputTokens),
    reasoningTokens: sum((usage) => usage.reasoningTokens),
    ...(audioInput === 0 ? {} : { audioInputTokens: audioInput }),
    ...(audioOutput === 0 ? {} : { audioOutputTokens: audioOutput }),
    ...(parts.some(({ usage }) => usage.estimated) ? { estimated: true } : {}),
  }
}
