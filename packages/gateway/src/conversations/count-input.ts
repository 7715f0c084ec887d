import { type CountInputRequest, estimateInput } from '@fairlead/context'
import { ModelError } from '@fairlead/llm'
import type { Snapshot } from '@fairlead/snapshot'
import type { ConversationStores } from './conversation-stores.ts'

/**
 * The input tokens of messages and tools, counted as plans of conversations have them. What was learnt
 * of the model is in the conversation store: without one they are estimated.
 */
export async function countInput(
  request: CountInputRequest,
  stores: ConversationStores,
  runtime: { readonly snapshot: Snapshot },
): Promise<number> {
  try {
    return (await (await stores.of(runtime)).countInput(request)).tokens
  } catch (error) {
    if (!(error instanceof ModelError && error.kind === 'unavailable')) throw error
    return estimateInput(request)
  }
}
