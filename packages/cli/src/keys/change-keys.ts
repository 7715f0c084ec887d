import { Consumer, type ConsumerApiKey } from '@fairlead/api'
import type { Client } from '@fairlead/controller-runtime'
import { isConflict, isNotFound } from '@fairlead/kube-core'
import { UsageError } from '../usage-error.ts'

/** Owns what it changes in Consumers, beside the owners of the rest. */
export const keyManager = 'fairlead-key'

/** So often the Consumer may be changed by others meanwhile. */
const attemptsMax = 5

export interface ConsumerName {
  readonly namespace: string
  readonly name: string
}

/** Throws a UsageError if there is none. */
export async function readConsumer(
  client: Client,
  name: ConsumerName,
  signal: AbortSignal,
): Promise<Consumer> {
  try {
    return await client.get(Consumer, name, { signal })
  } catch (error) {
    if (!isNotFound(error)) throw error
    throw new UsageError(`there is no Consumer ${name.namespace}/${name.name}`, { cause: error })
  }
}

/**
 * Changes the keys of a Consumer, and nothing else of it: what others change at the same time is kept,
 * for then the change is made again to what they left. Returns the Consumer as it was stored.
 */
export async function changeKeys(
  client: Client,
  name: ConsumerName,
  change: (keys: readonly ConsumerApiKey[]) => readonly ConsumerApiKey[],
  signal: AbortSignal,
): Promise<Consumer> {
  for (let attempt = 1; ; attempt += 1) {
    const { metadata, spec } = await readConsumer(client, name, signal)
    const body = {
      metadata: { resourceVersion: metadata.resourceVersion, uid: metadata.uid },
      spec: { apiKeys: change(spec.apiKeys) },
    }
    try {
      const options = { fieldManager: keyManager, signal }
      return await client.patch(Consumer, name, { type: 'merge', body }, options)
    } catch (error) {
      if (!isConflict(error) || attempt === attemptsMax) throw error
    }
  }
}
