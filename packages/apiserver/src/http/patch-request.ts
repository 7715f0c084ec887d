import { isJsonObject } from '@fairlead/base'
import { errors } from '@fairlead/kube-core'

import { BodyError } from '../decoding/body-error.ts'
import { goNameOf } from '../decoding/decode-walk.ts'
import { withGoNumbers } from '../decoding/json-text.ts'
import type { ApiRequest } from '../exchange/api-request.ts'
import { applyObject } from '../resources/apply-object.ts'
import { patchObject, type PatchType } from '../resources/patch-object.ts'
import type { WriteContext } from '../resources/resource-context.ts'
import type { ObjectTarget } from '../resources/resource-target.ts'
import type { WriteResult } from '../resources/update-object.ts'
import type { WriteOptions } from '../resources/write-options.ts'
import { parseFlag } from '../exchange/query-parameters.ts'
import { decodeJson, decodeYaml } from './decode-body.ts'
import { checkOperations, unknownOperationFields } from './json-patch-operations.ts'
import { patchTypeOf } from './patch-types.ts'

/**
 * Selects the patch type by Content-Type and applies the patch. Its body is only read once the object
 * to patch is found, or known to be missing.
 * @throws StatusError
 */
export async function handlePatch(
  context: WriteContext,
  request: ApiRequest,
  target: ObjectTarget,
  options: WriteOptions,
): Promise<WriteResult> {
  const type = patchTypeOf(request.contentType, target.definition)
  if (type === 'apply') {
    const force = parseFlag(request.query, 'force') ?? false
    return applyObject(context, target, () => appliedBody(request), { ...options, force })
  }
  const patch = (): unknown => patchOf(type, request.body)
  const judged = type === 'json' ? withProblemsOfOperations(options, request.body) : options
  const object = await patchObject(context, target, type, patch, judged)
  return { object, created: false }
}

/** What a strict reader says of the patch itself names it, unlike what it says of the object. */
function withProblemsOfOperations(options: WriteOptions, body: Buffer): WriteOptions {
  const { duplicates, fieldValidation } = options
  if (fieldValidation === 'Ignore') return options
  const ofPatch = (duplicates ?? []).map(({ problem }) => ({ problem: `json patch ${problem}` }))
  return { ...options, duplicates: [...ofPatch, ...unknownOperationFields(body)] }
}

/** What a client applies. @throws StatusError 400 */
export function appliedBody(request: ApiRequest): unknown {
  try {
    return withGoNumbers(decodeYaml(request.body))
  } catch (error) {
    throw badPatch(error, 'error decoding YAML: error converting YAML to JSON: ')
  }
}

/** The patch in a body. @throws StatusError 400, worded as by a real server */
export function patchOf(type: PatchType, body: Buffer): unknown {
  const heading = type === 'strategic' ? '' : 'error decoding patch: '
  try {
    const patch = decodeJson(body)
    if (patch === null) return emptyPatch(type)
    if (type === 'json' && Array.isArray(patch)) {
      checkOperations(patch)
      return patch
    }
    if (type !== 'json' && isJsonObject(patch)) return patch
    const goType = type === 'json' ? '[]handlers.jsonPatchOp' : 'map[string]interface {}'
    throw new BodyError(`json: cannot unmarshal ${goNameOf(patch)} into Go value of type ${goType}`)
  } catch (error) {
    throw badPatch(error, heading)
  }
}

/** In Go, a patch that is null is one without anything, except where it would be the new object. */
function emptyPatch(type: PatchType): unknown {
  if (type === 'merge') throw errors.badRequest('Invalid JSON Patch')
  return type === 'json' ? [] : {}
}

function badPatch(error: unknown, heading: string): unknown {
  return error instanceof BodyError ? errors.badRequest(`${heading}${error.message}`, error) : error
}
