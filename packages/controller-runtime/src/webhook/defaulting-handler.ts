import { createJsonPatch, type ResourceType, type TypedObject } from '@fairlead/kube-core'

import type { DeepReadonly } from '../deep-readonly.ts'
import type { AdmissionHandler } from './admission-handler.ts'
import type { AdmissionRequest } from './admission-request.ts'
import { allowed, patched } from './admission-response.ts'
import { admittedObject } from './admitted-object.ts'

/**
 * Sets what an object leaves open: returns the object, or a changed copy; nothing changes nothing.
 * The object is frozen. It must be idempotent: the API server may ask again when another webhook has
 * changed the object.
 */
export type Defaulter<T extends TypedObject> = (
  object: DeepReadonly<T>,
  request: AdmissionRequest,
) => DeepReadonly<T> | void | Promise<DeepReadonly<T> | void>

/** Asks a defaulter, and answers with the patch from the object to what it returns. */
export function defaultingHandler<T extends TypedObject>(
  type: ResourceType<T>,
  defaulter: Defaulter<T>,
): AdmissionHandler {
  return async (request) => {
    if (request.operation === 'DELETE' || request.operation === 'CONNECT') return allowed()
    const object = admittedObject(type, request.object)
    const result = await defaulter(object, request)
    if (result === undefined || result === object) return allowed()
    if (typeof result !== 'object' || result === null || Array.isArray(result)) {
      throw new TypeError('a defaulter must return the object, a changed copy of it, or nothing')
    }
    return patched(createJsonPatch(object, result))
  }
}
