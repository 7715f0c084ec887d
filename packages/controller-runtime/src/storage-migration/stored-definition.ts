import type { ResourceType } from '@fairlead/kube-core'
import { CustomResourceDefinition } from '@fairlead/kube-types'
import type { Client } from '../client/client.ts'
import { retryOnConflict } from '../client/retry-on-conflict.ts'

/** The kind whose objects are migrated, in any of its versions: `defineVersions` or a ResourceType. */
export type MigratedKind = Pick<ResourceType, 'group' | 'kind' | 'plural' | 'namespaced'>

type MigrationClient = Pick<Client, 'get' | 'list' | 'patch' | 'status'>

interface Calls {
  readonly client: MigrationClient
  readonly signal?: AbortSignal | undefined
}

/** What a definition says about how its objects are stored. */
interface StoredDefinition {
  readonly storageVersion: string
  /** Every version in which objects may be stored. */
  readonly storedVersions: readonly string[]
  /** Of the definition, as it was read. */
  readonly resourceVersion: string
  /** Changes with every change of the definition's spec. */
  readonly generation: number
  /** The kind in the version in which objects are stored now. */
  readonly type: ResourceType
}

/**
 * Reads the definition of a kind from the API server.
 * @throws StatusError if there is none; Error if its storage version is not served, since objects can
 * then not be written in it
 */
export async function readDefinition(
  { client, signal }: Calls,
  kind: MigratedKind,
): Promise<StoredDefinition> {
  const { metadata, spec, status } = await client.get(
    CustomResourceDefinition,
    { name: `${kind.plural}.${kind.group}` },
    { ...(signal && { signal }) },
  )
  const storage = spec.versions.find((version) => version.storage)
  if (storage?.served !== true) {
    throw new Error(
      `${kind.plural}.${kind.group} has no served storage version: its objects cannot be rewritten`,
    )
  }
  const { group, plural, namespaced } = kind
  const type: ResourceType = {
    group,
    version: storage.name,
    kind: kind.kind,
    plural,
    namespaced,
  }
  return {
    storageVersion: storage.name,
    storedVersions: status?.storedVersions ?? [],
    resourceVersion: metadata.resourceVersion ?? '',
    generation: metadata.generation ?? 0,
    type,
  }
}

/** Whether no object can be stored in another version than the storage version. */
export function isCurrent({ storageVersion, storedVersions }: StoredDefinition): boolean {
  return storedVersions.every((name) => name === storageVersion)
}

/**
 * Says in the definition that objects are stored in nothing but its storage version.
 * @param former the definition from before the objects were rewritten
 * @throws Error if the definition has changed since then, so that objects may be in another version
 */
export async function dropFormerVersions(
  calls: Calls,
  kind: MigratedKind,
  former: StoredDefinition,
): Promise<void> {
  const { client, signal } = calls
  const key = { name: `${kind.plural}.${kind.group}` }
  const options = { ...(signal && { signal }) }
  await retryOnConflict(async () => {
    const { storageVersion, resourceVersion, generation } = await readDefinition(calls, kind)
    if (generation !== former.generation) {
      throw new Error(`${key.name} changed while its objects were rewritten: migrate again`)
    }
    const body = { metadata: { resourceVersion }, status: { storedVersions: [storageVersion] } }
    await client.status.patch(CustomResourceDefinition, key, { type: 'merge', body }, options)
  }, options)
}
