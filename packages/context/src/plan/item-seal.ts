import { isJsonObject } from '@fairlead/base'
import type { ContentPart, Item } from '@fairlead/llm'
import { isCompaction } from './compaction.ts'

/**
 * Whether an item has a part that only its maker reads: signed or encrypted reasoning, the signature
 * of a call, a block or a citation of the provider's own with something encrypted in it. A compaction
 * is for its maker alone, also where it can be read.
 */
export function isSealed(item: Item): boolean {
  switch (item.type) {
    case 'reasoning':
      return item.signature !== undefined || item.encrypted_content !== undefined
    case 'function_call':
      return item.signature !== undefined
    case 'fairlead:native':
      return hasSeal(item.block) || isCompaction(item)
    case 'message':
      return item.content.some(hasSealedCitation)
    case 'function_call_output':
      return false
    default:
      return item satisfies never
  }
}

/**
 * An item without what is sealed; undefined when nothing is left of it. Of a provider's own blocks
 * none is left: a tool's use and its result refer to each other, and only one of them is sealed.
 */
export function withoutSeal(item: Item): Item | undefined {
  switch (item.type) {
    case 'reasoning': {
      const { signature: _signature, encrypted_content: _encrypted, ...rest } = item
      return rest.summary.length > 0 || (rest.content?.length ?? 0) > 0 ? rest : undefined
    }
    case 'function_call': {
      const { signature: _signature, maker: _maker, ...rest } = item
      return rest
    }
    case 'fairlead:native':
      return undefined
    case 'message':
      return item.content.some(hasSealedCitation)
        ? { ...item, content: item.content.map(withoutSealedCitations) }
        : item
    case 'function_call_output':
      return item
    default:
      return item satisfies never
  }
}

const sealNames: ReadonlySet<string> = new Set([
  'signature',
  'thoughtSignature',
  'thought_signature',
])

/** Whether a seal stands anywhere in a block. */
function hasSeal(block: object): boolean {
  // A list instead of recursion: a provider may nest as deep as it likes.
  const left: object[] = [block]
  for (let value = left.pop(); value !== undefined; value = left.pop()) {
    for (const [name, member] of Object.entries(value) as [string, unknown][]) {
      if (typeof member === 'string' && member !== '' && isSealName(name)) return true
      if (isJsonObject(member) || Array.isArray(member)) left.push(member)
    }
  }
  return false
}

function isSealName(name: string): boolean {
  return sealNames.has(name) || name.startsWith('encrypted_')
}

function hasSealedCitation(part: ContentPart): boolean {
  return (
    part.type === 'output_text' &&
    part.annotations?.some(({ origin }) => origin !== undefined && hasSeal(origin.value)) === true
  )
}

/** The same sources without what only their maker reads. */
function withoutSealedCitations(part: ContentPart): ContentPart {
  if (part.type !== 'output_text' || part.annotations === undefined) return part
  const annotations = part.annotations.map(({ origin, ...told }) =>
    origin === undefined || hasSeal(origin.value) ? told : { ...told, origin },
  )
  return { ...part, annotations }
}
