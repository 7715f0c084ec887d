import type { FunctionCallItem, Item } from '../../operations/chat/item.ts'
import { wrapSealed } from '../../operations/chat/sealed-text.ts'
import { dialectName } from './dialect-name.ts'

/**
 * Calls have no place for the signature of another maker (Gemini's). It travels as a reasoning item
 * without words before its call, which callers send back as they do all reasoning.
 */
const mark = 'call:'

/** The text of the reasoning item that stands for a call's signature; undefined without one. */
export function callSeal({
  maker,
  signature,
}: Pick<FunctionCallItem, 'maker' | 'signature'>): string | undefined {
  if (signature === undefined || maker === undefined || maker === dialectName) return undefined
  return wrapSealed({ maker, field: 'signature', text: mark + signature }, dialectName)
}

/** The items with the signatures of calls back in their calls. */
export function joinCallSeals(items: readonly Item[]): Item[] {
  const joined: Item[] = []
  let seal: { readonly maker: string; readonly signature: string } | undefined
  for (const item of items) {
    const own = sealOf(item)
    if (own !== undefined) {
      seal = own
      continue
    }
    joined.push(item.type === 'function_call' && seal !== undefined ? { ...item, ...seal } : item)
    seal = undefined
  }
  return joined
}

function sealOf(item: Item): { maker: string; signature: string } | undefined {
  if (item.type !== 'reasoning' || item.maker === undefined) return undefined
  if (item.signature?.startsWith(mark) !== true || item.maker === dialectName) return undefined
  return { maker: item.maker, signature: item.signature.slice(mark.length) }
}
