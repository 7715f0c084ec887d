import type { JsonObject } from '@fairlead/base'
import type { DialectExtras, NativeItem, ReasoningItem } from '../../operations/chat/item.ts'
import { wrapSealed } from '../../operations/chat/sealed-text.ts'
import { dialectName } from './dialect-name.ts'
import { ownFields } from './part-fields.ts'

/** A call for the caller, without its input. */
interface StartedCall {
  readonly id: string
  readonly name: string
  readonly signature?: string | undefined
  readonly maker?: string | undefined
  readonly extras?: DialectExtras | undefined
}

/**
 * The block of a call, and before it the seal that another maker put on the call: a block of thinking
 * that cannot be read is what callers send back unchanged.
 */
export function encodeCallBlocks(call: StartedCall, input: JsonObject): JsonObject[] {
  const { extras, id, maker, name, signature } = call
  const block = { type: 'tool_use', id, name, input, ...ownFields(extras) }
  if (signature === undefined || maker === undefined || maker === dialectName) return [block]
  const data = wrapSealed({ maker, field: 'signature', text: signature }, dialectName)
  return [{ type: 'redacted_thinking', data }, block]
}

/** The seal of thinking for a caller, and whether text stands beside it. */
export function encodeSeal(
  {
    maker = dialectName,
    encrypted_content: encrypted,
    signature,
  }: Pick<ReasoningItem, 'maker' | 'encrypted_content' | 'signature'>,
  hasText: boolean,
): { readonly signature: string } | { readonly data: string } {
  if (signature !== undefined) {
    return { signature: wrapSealed({ maker, field: 'signature', text: signature }, dialectName) }
  }
  if (encrypted === undefined) return { signature: '' }
  const isOwn = maker === dialectName
  const sealed = wrapSealed({ maker, field: 'encrypted_content', text: encrypted }, dialectName)
  // The seal of this dialect's own thinking without text has a block of its own.
  return hasText && !isOwn ? { signature: sealed } : { data: sealed }
}

/** A block that only this dialect knows; undefined for one of another. */
export function ownBlock({ block, dialect }: NativeItem): JsonObject | undefined {
  return dialect === dialectName ? block : undefined
}
