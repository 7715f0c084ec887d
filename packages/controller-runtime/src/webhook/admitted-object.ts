import {
  apiVersionOf,
  errors,
  type KubernetesObject,
  type ResourceType,
  type TypedObject,
} from '@fairlead/kube-core'

import type { DeepReadonly } from '../deep-readonly.ts'

/**
 * The object of a request as one of the kind that a webhook is for.
 * @throws StatusError (400) when there is none, or when it is of another kind or version
 */
export function admittedObject<T extends TypedObject>(
  type: ResourceType<T>,
  object: DeepReadonly<KubernetesObject> | undefined,
): DeepReadonly<T> {
  if (object === undefined) throw errors.badRequest('there is no content to decode')
  const { apiVersion, kind } = object
  const wanted = { apiVersion: apiVersionOf(type), kind: type.kind }
  // Objects always say what they are, but for those that tests write by hand.
  if (
    (kind ?? wanted.kind) !== wanted.kind ||
    (apiVersion ?? wanted.apiVersion) !== wanted.apiVersion
  ) {
    throw errors.badRequest(
      `unable to decode ${apiVersion}, Kind=${kind} into ${wanted.apiVersion}, Kind=${wanted.kind}`,
    )
  }
  return object as unknown as DeepReadonly<T>
}
