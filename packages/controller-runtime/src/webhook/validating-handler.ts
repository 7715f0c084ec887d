import {
  errors,
  type FieldError,
  goQuote,
  qualifiedKind,
  type ResourceType,
  type TypedObject,
} from '@fairlead/kube-core'

import type { DeepReadonly } from '../deep-readonly.ts'
import type { AdmissionHandler } from './admission-handler.ts'
import type { AdmissionOperation, AdmissionRequest } from './admission-request.ts'
import { allowed, type AdmissionResponse, refused } from './admission-response.ts'
import { admittedObject } from './admitted-object.ts'

/** What a validator found; nothing, or an object without errors, lets the request pass. */
export interface Validation {
  /** Shown to whoever made the request, whether it passes or not. */
  readonly warnings?: readonly string[]
  /** Refuse the request: 422, Invalid, with a cause for each, as Kubernetes words it. */
  readonly errors?: readonly FieldError[]
}

type Judgement = Validation | void | Promise<Validation | void>

/**
 * Judges objects on their way into the cluster. The webhook is called for the operations that have a
 * function, and for no others. To refuse a request, return `errors` of fields, or throw: an
 * AdmissionDeniedError denies with its message, a StatusError with its status.
 */
export interface Validator<T extends TypedObject> {
  create?(object: DeepReadonly<T>, request: AdmissionRequest): Judgement
  update?(object: DeepReadonly<T>, old: DeepReadonly<T>, request: AdmissionRequest): Judgement
  delete?(old: DeepReadonly<T>, request: AdmissionRequest): Judgement
}

/** The operations that a validator judges. */
export function judgedOperations<T extends TypedObject>(
  validator: Validator<T>,
): AdmissionOperation[] {
  return [
    ...(validator.create === undefined ? [] : (['CREATE'] as const)),
    ...(validator.update === undefined ? [] : (['UPDATE'] as const)),
    ...(validator.delete === undefined ? [] : (['DELETE'] as const)),
  ]
}

/** Asks a validator, and answers with what it found. */
export function validatingHandler<T extends TypedObject>(
  type: ResourceType<T>,
  validator: Validator<T>,
): AdmissionHandler {
  return async (request) => {
    const found = (await judge(type, validator, request)) ?? {}
    return answer(type, request, found)
  }
}

function judge<T extends TypedObject>(
  type: ResourceType<T>,
  validator: Validator<T>,
  request: AdmissionRequest,
): Judgement {
  switch (request.operation) {
    case 'CREATE':
      return validator.create?.(admittedObject(type, request.object), request)
    case 'UPDATE':
      return validator.update?.(
        admittedObject(type, request.object),
        admittedObject(type, request.oldObject),
        request,
      )
    case 'DELETE':
      return validator.delete?.(admittedObject(type, request.oldObject), request)
    case 'CONNECT':
      return undefined
    default:
      throw errors.badRequest(`unknown operation ${goQuote(String(request.operation))}`)
  }
}

function answer(
  type: ResourceType,
  request: AdmissionRequest,
  { warnings = [], errors: found = [] }: Validation,
): AdmissionResponse {
  if (found.length === 0) return allowed(warnings)
  const name = request.name || request.object?.metadata.name || ''
  return refused(errors.invalid(qualifiedKind(type), name, found), warnings)
}
