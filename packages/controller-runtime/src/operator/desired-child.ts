import { apiVersionOf, storedSecretData } from '@fairlead/kube-core'
import type { KubernetesObject, ResourceType } from '@fairlead/kube-core'
import { setControllerReference } from '../owner-reference.ts'
import { childLabel, childLabelValue, withAppliedHash } from './child-identity.ts'

interface ChildPlace {
  readonly controller: string
  readonly child: string
  readonly type: ResourceType
  readonly ownerType: ResourceType
  readonly owner: KubernetesObject
}

/** What an author declares: any part of an object; `key` tells several of one declaration apart. */
export interface DeclaredObject {
  readonly key?: string
  readonly object: Partial<KubernetesObject>
}

/**
 * The object to apply for what was declared: with its name, its namespace, its owner and our marks.
 * Throws a TypeError if it cannot be owned.
 */
export function desiredChild({ key, object }: DeclaredObject, place: ChildPlace): KubernetesObject {
  const { type, owner, ownerType, controller, child } = place
  checkKind(object, type)
  const { metadata = {}, stringData: _texts, ...fields } = object
  const { namespace = owner.metadata.namespace, name = defaultName(owner, child, key) } = metadata
  if (type.namespaced && namespace === undefined) {
    throw new TypeError(
      `the child ${child} has no namespace: its owner has none, so give it metadata.namespace`,
    )
  }
  const labels = { ...metadata.labels, [childLabel]: childLabelValue(controller, child) }
  const whole: KubernetesObject = {
    ...fields,
    ...secretData(type, object),
    apiVersion: apiVersionOf(type),
    kind: type.kind,
    metadata: { ...metadata, name, ...(type.namespaced ? { namespace } : {}), labels },
  }
  return withAppliedHash(setControllerReference(whole, ownerType, owner))
}

function defaultName(owner: KubernetesObject, child: string, key: string | undefined): string {
  return [owner.metadata.name, child, key].filter((part) => part !== undefined).join('-')
}

function checkKind({ apiVersion, kind }: Partial<KubernetesObject>, type: ResourceType): void {
  const given = `${apiVersion ?? apiVersionOf(type)} ${kind ?? type.kind}`
  const declared = `${apiVersionOf(type)} ${type.kind}`
  if (given !== declared) throw new TypeError(`a ${given} was returned as a ${declared}`)
}

/** The data as it is stored: whether it is as desired could not be told by `stringData`. */
function secretData(type: ResourceType, object: Partial<KubernetesObject>): object {
  const { stringData } = object
  if (stringData === undefined) return {}
  if (type.kind !== 'Secret' || type.group !== '') return { stringData }
  return { data: storedSecretData(object as KubernetesObject).data }
}
