import { errors } from '@fairlead/kube-core'

import type { MutableObject } from '../definitions/resource-definition.ts'
import type { CollectionTarget, ObjectTarget } from './resource-target.ts'

/**
 * Puts an object into the namespace of the request; the namespace of a cluster-scoped kind is
 * dropped (as EnsureObjectNamespaceMatchesRequestNamespace in apiserver).
 * @throws StatusError 400 when it names another
 */
export function matchNamespace(target: CollectionTarget, { metadata }: MutableObject): void {
  if (!target.definition.namespaced) {
    delete metadata.namespace
    return
  }
  metadata.namespace ||= target.namespace
  if (metadata.namespace === target.namespace) return
  throw errors.badRequest(
    'the namespace of the provided object does not match the namespace sent on the request',
  )
}

/** As checkName in apiserver. @throws StatusError 400 */
export function matchName(target: ObjectTarget, { metadata }: MutableObject): void {
  const { name = '' } = metadata
  if (name === target.name) return
  throw errors.badRequest(
    name === ''
      ? `the name of the object (${target.name} based on URL) was undeterminable: name must be provided`
      : `the name of the object (${name}) does not match the name on the URL (${target.name})`,
  )
}
