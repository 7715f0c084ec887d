import type { Operation } from '@fairlead/llm'
import type { ModelFacts } from '../providers/model-facts.ts'
import type { RoutedCall } from './routed-call.ts'

/**
 * Tokens are estimated from characters. Only what would not fit if the input were a fifth shorter
 * than that is known not to fit.
 */
const inputShareMin = 0.8

const byCatalogue = ', by the catalogue'

/** Why a model cannot answer a call. */
export interface Unfitness {
  readonly reason: string
  /** Whether it is only too long. */
  readonly tooLong: boolean
  /** Whether the configuration says so; the catalogue may be wrong. */
  readonly certain: boolean
}

/**
 * Why a model cannot answer a call, by what is known of it; undefined if it may. A
 * model without a list of capabilities may be able to do everything.
 */
export function unfitnessOf(
  target: FittedTarget,
  { features, inConversation, inputTokens, operation, outputTokensMax = 0 }: FittedCall,
): Unfitness | undefined {
  const lacking = target.lacks(operation)
  if (lacking !== undefined) return { reason: lacking, tooLong: false, certain: true }
  const model = target.facts
  // The window of what makes vectors is for each text, not for all of them.
  if (model === undefined || operation !== 'chat') return undefined
  const { capabilities, contextWindow, fromCatalogue } = model
  const missing =
    capabilities.length === 0 ? [] : [...features].filter((each) => !capabilities.includes(each))
  if (missing.length > 0) {
    const certain = !fromCatalogue.includes('capabilities')
    const reason = `its model lacks ${missing.join(', ')}${certain ? '' : byCatalogue}`
    return { reason, tooLong: false, certain }
  }
  if (contextWindow === undefined || inConversation) return undefined
  if (inputTokens * inputShareMin + outputTokensMax <= contextWindow) return undefined
  const output = outputTokensMax > 0 ? ` and ${outputTokensMax} output tokens` : ''
  const certain = !fromCatalogue.includes('contextWindow')
  const source = certain ? '' : byCatalogue
  const reason = `about ${inputTokens} input tokens${output} do not fit into its context window of ${contextWindow}${source}`
  return { reason, tooLong: true, certain }
}

interface FittedTarget {
  readonly facts: ModelFacts | undefined
  lacks(operation: Operation): string | undefined
}

type FittedCall = Pick<
  RoutedCall,
  'features' | 'inConversation' | 'inputTokens' | 'operation' | 'outputTokensMax'
>
