import type { ProviderModel } from '@fairlead/snapshot'
import type { RoutedCall } from './routed-call.ts'

/**
 * Tokens are estimated from characters. Only what would not fit if the input were a fifth shorter
 * than that is known not to fit.
 */
const inputShareMin = 0.8

/** Why a model cannot answer a call. */
export interface Unfitness {
  readonly reason: string
  /** Whether it is only too long. */
  readonly tooLong: boolean
}

/**
 * Why a model cannot answer a call, by what the configuration says of it; undefined if it may. A
 * model without a list of capabilities may be able to do everything.
 */
export function unfitnessOf(
  model: ProviderModel | undefined,
  { features, inConversation, inputTokens, outputTokensMax = 0 }: FittedCall,
): Unfitness | undefined {
  if (model === undefined) return undefined
  const { capabilities, contextWindow } = model
  const missing =
    capabilities.length === 0 ? [] : [...features].filter((each) => !capabilities.includes(each))
  if (missing.length > 0) {
    return { reason: `its model lacks ${missing.join(', ')}`, tooLong: false }
  }
  if (contextWindow === undefined || inConversation) return undefined
  if (inputTokens * inputShareMin + outputTokensMax <= contextWindow) return undefined
  const output = outputTokensMax > 0 ? ` and ${outputTokensMax} output tokens` : ''
  const reason = `about ${inputTokens} input tokens${output} do not fit into its context window of ${contextWindow}`
  return { reason, tooLong: true }
}

type FittedCall = Pick<
  RoutedCall,
  'features' | 'inConversation' | 'inputTokens' | 'outputTokensMax'
>
