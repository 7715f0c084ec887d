import type { JsonObject } from '@fairlead/base'
import type { DialectExtras } from '../../operations/chat/item.ts'

/** The fields of a part of content without a canonical name, for a server of the same dialect. */
export function partExtras(
  part: JsonObject,
  named: readonly string[],
): { readonly extras?: DialectExtras } {
  const others = Object.entries(part).filter(
    ([name, value]) =>
      value !== null && name !== 'type' && name !== 'cache_control' && !named.includes(name),
  )
  return others.length === 0
    ? {}
    : { extras: { dialect: 'openai-chat', fields: Object.fromEntries(others) } }
}
