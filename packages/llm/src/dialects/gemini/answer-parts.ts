import type { JsonObject } from '@fairlead/base'
import type { FunctionCallItem, ReasoningItem } from '../../operations/chat/item.ts'
import { wrapSealed } from '../../operations/chat/sealed-text.ts'
import { callInput } from '../../operations/chat/call-input.ts'
import { thoughtText } from './model-parts.ts'
import { dialectName } from './sealed-parts.ts'

type Seal = Pick<ReasoningItem, 'maker' | 'signature' | 'encrypted_content'>

/** What is stored without a maker was sealed by the only dialect that had seals. */
const firstMaker = 'anthropic-messages'

/** The seal of thoughts for a caller, and whether this dialect made it; undefined without one. */
export function sealFor({
  maker,
  signature,
  encrypted_content: encrypted,
}: Seal): { readonly text: string; readonly isOwn: boolean } | undefined {
  const field = signature === undefined ? 'encrypted_content' : 'signature'
  const text = signature ?? encrypted
  if (text === undefined) return undefined
  const madeBy = maker ?? firstMaker
  return {
    text: wrapSealed({ maker: madeBy, field, text }, dialectName),
    isOwn: madeBy === dialectName && field === 'signature',
  }
}

/** Thoughts of another maker, as a part that carries its seal itself. */
export function foreignThoughts(item: ReasoningItem): JsonObject | undefined {
  const seal = sealFor(item)
  const text = thoughtText(item)
  if (text === '' && seal === undefined) return undefined
  return {
    text,
    thought: true,
    ...(seal === undefined ? {} : { thoughtSignature: seal.text }),
  }
}

/** A call for a caller, who is to send back its id. */
export function callPart(
  call: Pick<FunctionCallItem, 'name' | 'signature' | 'arguments'> & { readonly id: string },
): JsonObject {
  const { id, name, signature } = call
  return {
    functionCall: { id, name, args: callInput(call.arguments) },
    ...(signature === undefined ? {} : { thoughtSignature: signature }),
  }
}
