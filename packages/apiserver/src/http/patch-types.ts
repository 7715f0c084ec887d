import { errors } from '@fairlead/kube-core'

import type { ResourceDefinition } from '../definitions/resource-definition.ts'
import type { PatchType } from '../resources/patch-object.ts'
import { mediaTypeOf } from './decode-body.ts'

const patchTypes: ReadonlyMap<string, PatchType> = new Map([
  ['application/json-patch+json', 'json'],
  ['application/merge-patch+json', 'merge'],
  ['application/strategic-merge-patch+json', 'strategic'],
])
export const applyPatchType = 'application/apply-patch+yaml'

/**
 * How a body of this media type patches an object of a kind.
 * @throws StatusError 415 when it does not
 */
export function patchTypeOf(
  contentType: string,
  { origin }: Pick<ResourceDefinition, 'origin'>,
): PatchType | 'apply' {
  const mediaType = mediaTypeOf(contentType)
  if (mediaType === applyPatchType) return 'apply'
  const type = patchTypes.get(mediaType)
  if (type !== undefined && (type !== 'strategic' || origin === 'built-in')) return type
  // Routes of built-in kinds are never reached with another type; their router says so itself.
  throw origin === 'built-in'
    ? errors.unsupportedMediaType('415: Unsupported Media Type', {})
    : errors.unsupportedMediaType(
        'the body of the request was in an unknown format - accepted media types include: ' +
          'application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml',
      )
}
