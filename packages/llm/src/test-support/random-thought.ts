import type { ReasoningItem } from '../operations/chat/item.ts'
import type { RandomValues } from './random-values.ts'

/**
 * How a dialect seals thinking: a `signature` of the text beside it, `encrypted_content` in place of
 * the text.
 */
export type Seal = 'signature' | 'encrypted_content'

/** Thinking that its maker sealed; plain thinking where it has no seals. */
export function sealedThought(
  values: RandomValues,
  { dialect: maker, seals }: { readonly dialect: string; readonly seals: readonly Seal[] },
): ReasoningItem {
  const content = [{ type: 'reasoning_text' as const, text: values.text() }]
  const seal = seals[values.below(seals.length)]
  if (seal === undefined) return { type: 'reasoning', summary: [], content }
  return seal === 'signature'
    ? { type: 'reasoning', summary: [], content, maker, signature: values.id('seal') }
    : { type: 'reasoning', summary: [], maker, encrypted_content: values.id('sealed') }
}
