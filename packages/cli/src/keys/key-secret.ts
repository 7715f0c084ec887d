import { Consumer, type ConsumerApiKey } from '@fairlead/api'
import type { Client } from '@fairlead/controller-runtime'
import { isAlreadyExists, isNotFound } from '@fairlead/kube-core'
import { Secret } from '@fairlead/kube-types'
import { UsageError } from '../usage-error.ts'
import { keyManager } from './change-keys.ts'

/** The entry in which the Secret has the key. */
export const secretEntry = 'api-key'

const managedBy = 'app.kubernetes.io/managed-by'

/**
 * Creates the Secret of a key, which goes when its Consumer does. Throws a UsageError if there is one of
 * this name.
 */
export async function createKeySecret(
  client: Client,
  { metadata: { namespace, name: consumer, uid } }: Consumer,
  name: string,
  key: string,
  signal: AbortSignal,
): Promise<void> {
  const secret: Secret = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {
      namespace: namespace ?? '',
      name,
      labels: { [managedBy]: keyManager },
      ownerReferences: [
        {
          apiVersion: `${Consumer.group}/${Consumer.version}`,
          kind: Consumer.kind,
          name: consumer ?? '',
          uid: uid ?? '',
        },
      ],
    },
    type: 'Opaque',
    data: { [secretEntry]: Buffer.from(key).toString('base64') },
  }
  try {
    await client.create(Secret, secret, { fieldManager: keyManager, signal })
  } catch (error) {
    if (!isAlreadyExists(error)) throw error
    throw new UsageError(
      `there is a Secret ${namespace}/${name} already; choose another name with --secret or --name`,
      { cause: error },
    )
  }
}

/**
 * Deletes the Secret of a key that is no longer a Consumer's, if `fairlead key` has made it for this
 * Consumer and none of the other keys refers to it. Returns whether it did.
 */
export async function deleteKeySecret(
  client: Client,
  { metadata: { namespace: consumerNamespace, uid } }: Consumer,
  key: ConsumerApiKey,
  others: readonly ConsumerApiKey[],
  signal: AbortSignal,
): Promise<boolean> {
  const at = secretOf(key, consumerNamespace ?? '')
  if (at === undefined) return false
  const isShared = others.some((other) => {
    const its = secretOf(other, consumerNamespace ?? '')
    return its?.namespace === at.namespace && its.name === at.name
  })
  if (isShared) return false
  try {
    const { metadata } = await client.get(Secret, at, { signal })
    const isOwn = metadata.ownerReferences?.some((owner) => owner.uid === uid) === true
    if (!isOwn || metadata.labels?.[managedBy] !== keyManager) return false
    const preconditions = { uid: metadata.uid, resourceVersion: metadata.resourceVersion }
    await client.delete(Secret, at, { preconditions, signal })
    return true
  } catch (error) {
    if (isNotFound(error)) return false
    throw error
  }
}

function secretOf({ secretRef }: ConsumerApiKey, consumerNamespace: string) {
  if (secretRef === undefined) return undefined
  return { namespace: secretRef.namespace ?? consumerNamespace, name: secretRef.name }
}
