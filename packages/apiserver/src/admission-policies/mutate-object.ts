import {
  applyJsonPatch,
  errors,
  JsonPatchTestError,
  mergeConfiguration,
  MergeConfigurationError,
  StatusError,
  type AdmissionEvaluation,
  type KubernetesObject,
  type StructuralSchema,
} from '@fairlead/kube-core'
import { objectOrEmpty } from '@fairlead/base'

import type { AdmissionRequest } from '../admission/admission-request.ts'
import { convertedRequest } from '../admission-matching/converted-request.ts'
import { formIn } from '../definitions/convert.ts'
import type { ResourceDefinition } from '../definitions/resource-definition.ts'
import { decodeObject } from '../resources/decode-object.ts'
import type { Mutation } from './mutating-policy.ts'

/** A mutation that cannot be carried out. */
export class MutationError extends Error {
  override readonly name = 'MutationError'
}

/** What a subresource takes has no schema here: maps are merged, lists are not. */
const anything: StructuralSchema = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true }

/**
 * The object of a request as a mutation changes it, in the version of the request.
 * @param as the resource that the policy's constraints mean
 * @throws MutationError
 * @throws StatusError 500 for a patch that makes what is no object of the kind; either as a rejection
 */
export async function mutateObject(
  { patchType, expression }: Mutation,
  request: AdmissionRequest & { readonly object: KubernetesObject },
  as: ResourceDefinition,
  evaluation: AdmissionEvaluation,
): Promise<KubernetesObject> {
  const object = convertedRequest(request, as).object ?? request.object
  const isPatch = patchType === 'JSONPatch'
  const { value, error } = isPatch
    ? evaluation.operations(expression)
    : evaluation.configuration(expression)
  if (error !== undefined) throw new MutationError(error)
  if (request.kind !== undefined) {
    return (isPatch ? patched(object, value) : merged(object, value, anything)) as KubernetesObject
  }
  const changed = isPatch
    ? decodedPatch(as, patched(object, value))
    : decoded(as, merged(object, value, as.schema), 'Ignore')
  return formIn(request.definition, as, changed)
}

function merged(
  object: KubernetesObject,
  configuration: unknown,
  schema: StructuralSchema,
): unknown {
  const { apiVersion, kind } = object
  try {
    return mergeConfiguration(object, { ...objectOrEmpty(configuration), apiVersion, kind }, schema)
  } catch (error) {
    if (!(error instanceof MergeConfigurationError)) throw error
    throw new MutationError(`error applying patch: ${error.message}`, { cause: error })
  }
}

/** A patch of which a `test` fails changes nothing. */
function patched(object: KubernetesObject, operations: unknown): unknown {
  try {
    return applyJsonPatch(object, operations)
  } catch (error) {
    if (!(error instanceof StatusError)) throw error
    const { cause } = error
    if (cause instanceof JsonPatchTestError) return object
    const why = cause instanceof Error ? cause.message : error.message
    throw new MutationError(`JSON Patch: ${why}`, { cause: error })
  }
}

function decodedPatch(as: ResourceDefinition, changed: unknown): KubernetesObject {
  try {
    return decoded(as, changed, 'Strict')
  } catch (error) {
    throw errors.internal(error instanceof Error ? error.message : String(error))
  }
}

function decoded(
  as: ResourceDefinition,
  changed: unknown,
  fieldValidation: 'Ignore' | 'Strict',
): KubernetesObject {
  const options = { fieldValidation, warn: () => {} }
  return decodeObject(as, changed, options, (message) => new MutationError(message))
}
