import { applyJsonPatch, errors, goQuote, type KubernetesObject } from '@fairlead/kube-core'

import { formIn } from '../definitions/convert.ts'
import type { ResourceDefinition } from '../definitions/resource-definition.ts'
import { decodeObject } from '../resources/decode-object.ts'
import { convertedRequest } from '../admission-matching/converted-request.ts'
import type { Invocation } from './invocation.ts'

/**
 * The object of an invocation as the webhook has changed it, in the version of the request;
 * undefined when it has changed nothing.
 * @throws StatusError 500 for a patch that does not apply
 */
export async function applyPatch(
  invocation: Invocation,
  operations: readonly unknown[],
): Promise<KubernetesObject | undefined> {
  if (operations.length === 0) return undefined
  const { webhook, request, as } = invocation
  const name = goQuote(webhook.name)
  const { object } = convertedRequest(request, as)
  if (object === undefined) {
    throw errors.internal(
      `admission webhook ${name} attempted to modify the object, which is not supported for this operation`,
    )
  }
  return internal(() => {
    const changed = applyJsonPatch(object, operations)
    // What a subresource takes is checked where it is used.
    if (request.kind !== undefined) return changed as KubernetesObject
    return formIn(request.definition, as, decoded(as, changed))
  })
}

function decoded(definition: ResourceDefinition, changed: unknown): KubernetesObject {
  return decodeObject(definition, changed, { fieldValidation: 'Ignore', warn: () => {} })
}

/** A webhook's mistake is not the caller's: whatever it is, it is an internal error. */
async function internal<T>(work: () => T | Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw errors.internal(reasonOf(error))
  }
}

/** Callers are not told why their own patches do not apply; of a webhook's patch, they are. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return error.cause instanceof Error ? error.cause.message : error.message
}
