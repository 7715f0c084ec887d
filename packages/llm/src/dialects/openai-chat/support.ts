import type { ServerQuirks } from '../../operations/chat/server-quirks.ts'
import { featureSupport, type FeatureSupport } from '../../operations/chat/request-feature.ts'

/** The servers of this dialect differ; what one of them refuses is said by its preset. */
const ofCompatibleServers = featureSupport({
  ReasoningBudget: 'Dropped',
  ReasoningSummary: 'Dropped',
  ReasoningReplay: 'Dropped',
  CacheControl: 'Dropped',
  FileUrl: 'Refused',
  ProviderTools: 'Refused',
  // Not part of OpenAI's API: only callers of servers that have them send them, and those pass.
  TopK: 'Dropped',
  MinP: 'Dropped',
  RepetitionPenalty: 'Dropped',
  // One answer is all that a caller of another dialect could be given.
  MultipleAnswers: 'Refused',
})

/** What Chat Completions can say: https://platform.openai.com/docs/api-reference/chat/create */
export function support(_model: string, quirks: ServerQuirks = {}): FeatureSupport {
  const { reasoning, takesCacheControl } = quirks
  if (reasoning === undefined && takesCacheControl === undefined) return ofCompatibleServers
  return {
    ...ofCompatibleServers,
    ...(takesCacheControl === undefined ? {} : { CacheControl: 'Native' }),
    ...(reasoning === undefined || reasoning.echo === 'Never' ? {} : { ReasoningReplay: 'Native' }),
  }
}
