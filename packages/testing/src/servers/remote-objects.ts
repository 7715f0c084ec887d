import { type Clock, openScope, sleep, systemClock } from '@fairlead/base'
import type { Client } from '@fairlead/controller-runtime'
import { isNotFound, type KubernetesObject, type ResourceType } from '@fairlead/kube-core'
import { CustomResourceDefinition } from '@fairlead/kube-types'

import { waitFor } from '../waiting/wait-for.ts'
import { kindOfObject } from './kind-of-object.ts'

const servedTimeoutMs = 10_000
const servedAgainMs = 50

/**
 * Creates the object on a server that is not in this process, or replaces the one that is there. One
 * of a namespaced kind without a namespace is for `default`. After a definition, waits for its kinds.
 * @throws StatusError as the API answers
 */
export async function installRemotely(client: Client, object: KubernetesObject): Promise<void> {
  const type = await kindOfObject(client, object)
  const placed = inNamespace(type, object)
  const found = await existing(client, type, placed)
  if (found === undefined) {
    await client.create(type, placed)
  } else {
    const { resourceVersion } = found.metadata
    await client.update(type, { ...placed, metadata: { ...placed.metadata, resourceVersion } })
  }
  if (object.kind === 'CustomResourceDefinition') await served(client, object.metadata.name ?? '')
}

/** Deletes the object, if it is there. */
export async function removeRemotely(client: Client, object: KubernetesObject): Promise<void> {
  try {
    const type = await kindOfObject(client, object)
    await client.delete(type, keyOfObject(inNamespace(type, object)))
  } catch (error) {
    if (!isNotFound(error)) throw error
  }
}

async function existing(
  client: Client,
  type: ResourceType<KubernetesObject>,
  object: KubernetesObject,
): Promise<KubernetesObject | undefined> {
  try {
    return await client.get(type, keyOfObject(object))
  } catch (error) {
    if (isNotFound(error)) return undefined
    throw error
  }
}

/** A server tells that a kind is established a moment before it serves it. */
async function served(client: Client, name: string, clock: Clock = systemClock): Promise<void> {
  const { spec } = await waitFor(client, CustomResourceDefinition, { name }, ({ status }) => {
    const established = status?.conditions?.find(({ type }) => type === 'Established')
    return established?.status === 'True'
  })
  using life = openScope({ clock, timeoutMs: servedTimeoutMs, what: `the kinds of ${name}` })
  const { signal } = life
  for (const { name: version } of spec.versions.filter((each) => each.served)) {
    const { names, group, scope } = spec
    const { kind, plural } = names
    const type = { group, version, kind, plural, namespaced: scope === 'Namespaced' }
    while (!(await isServed(client, type, signal))) await sleep(clock, servedAgainMs, signal)
  }
}

async function isServed(client: Client, type: ResourceType, signal: AbortSignal): Promise<boolean> {
  try {
    await client.list(type, { limit: 1, signal })
    return true
  } catch (error) {
    if (isNotFound(error)) return false
    throw error
  }
}

function inNamespace(type: ResourceType, object: KubernetesObject): KubernetesObject {
  if (!type.namespaced || object.metadata.namespace !== undefined) return object
  return { ...object, metadata: { ...object.metadata, namespace: 'default' } }
}

function keyOfObject({ metadata: { namespace, name = '' } }: KubernetesObject) {
  return namespace === undefined ? { name } : { namespace, name }
}
