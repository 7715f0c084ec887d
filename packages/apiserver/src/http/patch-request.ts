import { errors, validateFieldManager } from '@fairlead/kube-core'

import type { ApiRequest } from '../exchange/api-request.ts'
import { applyObject, patchObject, type PatchType } from '../resources/patch-object.ts'
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
const applyPatchType = 'application/apply-patch+yaml'

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
    requireFieldManager(request.query)
    const body = decodeYaml(request.body)
    return applyObject(context, target, body, { ...options, force: force ?? false })
  }
  const type = patchTypes.get(mediaType)
  if (type === undefined) {
    throw errors.unsupportedMediaType(
      'the body of the request was in an unknown format - accepted media types include: ' +
        [...patchTypes.keys(), applyPatchType].join(', '),
    )
  }
  if (force !== undefined) {
    const detail = 'may not be specified for non-apply patch'
    throw errors.invalid('PatchOptions.meta.k8s.io', '', [
      { type: 'Forbidden', field: 'force', detail },
    ])
  }
  const patch = decodeJson(request.body)
  const object = await patchObject(context, target, type, patch, options)
  return { object, created: false }
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
