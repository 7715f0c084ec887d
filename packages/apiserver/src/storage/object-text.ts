import { errors, type KubernetesObject } from '@fairlead/kube-core'

import type { Change } from './change.ts'

/**
 * What one stored object may have, in characters of JSON: as much as a request. A cluster takes half
 * of it, counted in its own encoding. Without a bound, defaults multiply what a client sends, and
 * patches add to it without end.
 */
const objectLengthMax = 3 * 1024 * 1024

/** An object as JSON. What is too long can only be deleted. @throws StatusError 413 */
export function objectText(object: KubernetesObject, type: Change['type']): string {
  const text = textOrUndefined(object)
  if (text !== undefined && (text.length <= objectLengthMax || type === 'DELETED')) return text
  throw errors.requestEntityTooLarge(`limit is ${objectLengthMax}`)
}

/** Undefined for more than a text can have, half a gibibyte. */
function textOrUndefined(object: KubernetesObject): string | undefined {
  try {
    return JSON.stringify(object)
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
}
