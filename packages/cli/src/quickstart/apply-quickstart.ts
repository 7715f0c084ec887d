import { fileURLToPath } from 'node:url'
import { existsSync } from 'node:fs'
import { kinds } from '@fairlead/api'
import type { Client, CreateOf } from '@fairlead/controller-runtime'
import {
  isAlreadyExists,
  isNotFound,
  type KubernetesObject,
  type ResourceType,
  secretText,
  type TypedObject,
} from '@fairlead/kube-core'
import { Secret } from '@fairlead/kube-types'
import { installer } from '../install-crds.ts'
import { loadManifests } from '../load-manifests.ts'
import { newApiKey } from './api-key.ts'

/** The namespace of the quickstart, and the Secret referenced by its Consumer. */
const namespace = 'default'
const keySecret = { namespace, name: 'quickstart-key' }
const keyName = 'api-key'

/**
 * Creates one resource of each kind and a Consumer with a new key. Existing objects are left
 * unchanged, so that it can run again after an interrupted start.
 */
export async function applyQuickstart(client: Client, signal: AbortSignal): Promise<void> {
  await createIfAbsent(client, Secret, secretOf(keySecret.name, keyName, newApiKey()), signal)
  for (const { object, file } of loadManifests(quickstartFolder())) {
    const kind: ResourceType | undefined = kinds.find((candidate) => candidate.kind === object.kind)
    if (kind === undefined)
      throw new Error(`${file} holds a ${object.kind}, which is not one of our kinds`)
    await createIfAbsent(client, kind, asApplied(object), signal)
  }
}

/** In its namespace, with the annotation that `kubectl apply` sets, so that it can take over. */
function asApplied(object: KubernetesObject): KubernetesObject {
  const placed = { ...object, metadata: { ...object.metadata, namespace } }
  const annotations = {
    'kubectl.kubernetes.io/last-applied-configuration': `${JSON.stringify(placed)}\n`,
  }
  return { ...placed, metadata: { ...placed.metadata, annotations } }
}

/** The quickstart consumer's key, undefined when the quickstart was not applied or was removed. */
export async function readQuickstartKey(
  client: Client,
  signal: AbortSignal,
): Promise<string | undefined> {
  try {
    return secretText(await client.get(Secret, keySecret, { signal }), keyName)
  } catch (error) {
    if (isNotFound(error)) return undefined
    throw error
  }
}

/** A Secret with one value in the quickstart's namespace. */
function secretOf(name: string, key: string, value: string): Secret {
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { namespace, name },
    type: 'Opaque',
    data: { [key]: Buffer.from(value).toString('base64') },
  }
}

async function createIfAbsent<T extends TypedObject>(
  client: Client,
  type: ResourceType<T>,
  object: CreateOf<T>,
  signal: AbortSignal,
): Promise<void> {
  try {
    await client.create(type, object, { fieldManager: installer, signal })
  } catch (error) {
    if (!isAlreadyExists(error)) throw error
  }
}

/**
 * In the sources the examples directory itself, in the published package the copy next to this
 * file.
 */
function quickstartFolder(): string {
  const published = fileURLToPath(new URL('./manifests', import.meta.url))
  return existsSync(published)
    ? published
    : fileURLToPath(new URL('../../../../examples/quickstart', import.meta.url))
}
