import { featureSupport, type FeatureSupport } from '../../operations/chat/request-feature.ts'

/** The servers of this dialect differ; what one of them refuses is said by its preset. */
const ofCompatibleServers = featureSupport({
  ReasoningBudget: 'Dropped',
  ReasoningSummary: 'Dropped',
  ReasoningReplay: 'Dropped',
  FileUrl: 'Refused',
  ProviderTools: 'Refused',
})

/** What Chat Completions can say: https://platform.openai.com/docs/api-reference/chat/create */
export function support(): FeatureSupport {
  return ofCompatibleServers
}
