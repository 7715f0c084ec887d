import type { Client } from '@fairlead/controller-runtime'
import {
  apiVersionOf,
  type KubernetesObject,
  parseApiVersion,
  type ResourceType,
  untyped,
} from '@fairlead/kube-core'
import * as kubeTypes from '@fairlead/kube-types'

/**
 * How the object's kind is addressed: a built-in one, or one whose definition the server has.
 * @throws an Error for any other kind
 */
export async function kindOfObject(
  client: Client,
  { apiVersion, kind }: KubernetesObject,
): Promise<ResourceType<KubernetesObject>> {
  const builtIn = builtInKinds().find((type) => {
    return type.kind === kind && apiVersionOf(type) === apiVersion
  })
  if (builtIn !== undefined) return untyped(builtIn)
  const { group, version } = parseApiVersion(apiVersion)
  const { items } = await client.list(kubeTypes.CustomResourceDefinition)
  const found = items.find(({ spec }) => spec.group === group && spec.names.kind === kind)
  if (found === undefined) {
    throw new Error(`no kind "${kind}" in ${apiVersion} is known: install its definition first`)
  }
  const { scope, names } = found.spec
  return { group, version, kind, plural: names.plural, namespaced: scope === 'Namespaced' }
}

function builtInKinds(): readonly ResourceType[] {
  const groups = Object.values(kubeTypes) as readonly object[]
  const members = groups.flatMap((group) => [group, ...(Object.values(group) as unknown[])])
  return members.filter(isResourceType)
}

function isResourceType(value: unknown): value is ResourceType {
  return typeof value === 'object' && value !== null && 'plural' in value && 'kind' in value
}
