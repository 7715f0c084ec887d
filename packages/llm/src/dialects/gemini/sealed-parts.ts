import type { ReasoningItem } from '../../operations/chat/item.ts'
import { unwrapSealed } from '../../operations/chat/sealed-text.ts'

export const dialectName = 'gemini'

/**
 * For the first call of a step that was not made by this model, in place of a signature; documented at
 * https://ai.google.dev/gemini-api/docs/thought-signatures.
 */
export const foreignCallSignature = 'skip_thought_signature_validator'

type Seal = Pick<ReasoningItem, 'maker' | 'signature' | 'encrypted_content'>

/** What a `thoughtSignature` seals, and who made it. */
export function sealOf(signature: string): Seal {
  const { maker, field, text } = unwrapSealed(signature, dialectName, 'signature')
  return { maker, [field]: text }
}
