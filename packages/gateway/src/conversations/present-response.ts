import type { JsonObject } from '@fairlead/base'
import type { KeptResponse } from '@fairlead/context'

/** A kept response as its API shows it; without the seals of thinking unless they are asked for. */
export function presentResponse(response: KeptResponse, withSeals: boolean): JsonObject {
  const { id, status, body, error, output, completed_at } = response
  return {
    ...body,
    id,
    status,
    error,
    completed_at: status === 'completed' ? completed_at : null,
    output: withSeals ? output : output.map(withoutSeal),
  }
}

/** A response without the fields that stand beside its body where it is kept, nor a usage of null. */
export function responseBody(shown: JsonObject): JsonObject {
  const { id: _, status: _s, error: _e, output: _o, completed_at: _c, usage, ...body } = shown
  return usage === null || usage === undefined ? body : { ...body, usage }
}

function withoutSeal(item: JsonObject): JsonObject {
  if (item['type'] !== 'reasoning') return item
  const { encrypted_content: _, ...shown } = item
  return shown
}
