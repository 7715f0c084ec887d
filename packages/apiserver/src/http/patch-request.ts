import { isJsonObject } from '@fairlead/base'
import { errors, validateFieldManager } from '@fairlead/kube-core'

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
import { decodeJson, decodeYaml, mediaTypeOf } from './decode-body.ts'

const patchTypes: ReadonlyMap<string, PatchType> = new Map([
  ['application/json-patch+json', 'json'],
  ['application/merge-patch+json', 'merge'],
  ['application/strategic-merge-patch+json', 'strategic'],
])
export const applyPatchType = 'application/apply-patch+yaml'

/** Selects the patch type by Content-Type and applies the patch. @throws StatusError */
export async function handlePatch(
  context: WriteContext,
  request: ApiRequest,
  target: ObjectTarget,
  options: WriteOptions,
): Promise<WriteResult> {
  const mediaType = mediaTypeOf(request.contentType)
  const force = parseFlag(request.query, 'force')
  if (mediaType === applyPatchType) {
    const body = appliedBody(request)
    return applyObject(context, target, body, { ...options, force: force ?? false })
  }
  const type = patchTypes.get(mediaType)
  if (type === undefined || (type === 'strategic' && target.definition.origin === 'custom')) {
    throw unsupportedType(target)
  }
  if (force !== undefined) {
    const detail = 'may not be specified for non-apply patch'
    throw errors.invalid('PatchOptions.meta.k8s.io', '', [
      { type: 'Forbidden', field: 'force', detail },
    ])
  }
  const patch = patchOf(type, request.body)
  const object = await patchObject(context, target, type, patch, options)
  return { object, created: false }
}

/** Routes of built-in kinds are never reached with another type; their router says so itself. */
function unsupportedType({ definition }: ObjectTarget): Error {
  return definition.origin === 'built-in'
    ? errors.unsupportedMediaType('415: Unsupported Media Type', {})
    : errors.unsupportedMediaType(
        'the body of the request was in an unknown format - accepted media types include: ' +
          'application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml',
      )
}

/** What a client applies under its name. @throws StatusError 400 or 422 */
export function appliedBody(request: ApiRequest): unknown {
  requireFieldManager(request.query)
  try {
    return withGoNumbers(decodeYaml(request.body))
  } catch (error) {
    throw badPatch(error, 'error decoding YAML: error converting YAML to JSON: ')
  }
}

/** @throws StatusError 400, worded as by a real server */
function patchOf(type: PatchType, body: Buffer): unknown {
  const heading = type === 'strategic' ? '' : 'error decoding patch: '
  try {
    const patch = decodeJson(body)
    if (type === 'json' ? Array.isArray(patch) : isJsonObject(patch)) return patch
    const goType = type === 'json' ? '[]handlers.jsonPatchOp' : 'map[string]interface {}'
    throw new BodyError(`json: cannot unmarshal ${goNameOf(patch)} into Go value of type ${goType}`)
  } catch (error) {
    throw badPatch(error, heading)
  }
}

function badPatch(error: unknown, heading: string): unknown {
  return error instanceof BodyError ? errors.badRequest(`${heading}${error.message}`, error) : error
}

function requireFieldManager(query: URLSearchParams): void {
  const manager = query.get('fieldManager') ?? ''
  const found =
    manager === ''
      ? [
          {
            type: 'Required' as const,
            field: 'fieldManager',
            detail: 'is required for apply patch',
          },
        ]
      : validateFieldManager(manager, 'fieldManager')
  if (found.length > 0) throw errors.invalid('PatchOptions.meta.k8s.io', '', found)
}
