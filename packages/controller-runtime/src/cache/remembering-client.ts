import {
  type KubernetesObject,
  type ResourceType,
  type TypedObject,
  untyped,
} from '@fairlead/kube-core'
import type { Client, SubresourceWriter, WriteOptions } from '../client/client.ts'
import type { DeepReadonly } from '../deep-readonly.ts'
import { wholeObjects } from '../metadata-only.ts'
import type { Cache } from './cache.ts'
import type { OwnWrites } from './own-writes.ts'

/**
 * A client whose writes can be read from the cache immediately, before the watch delivers them, and
 * are told apart from those of others.
 */
export function rememberingClient(
  client: Client,
  cache: Pick<Cache, 'remember' | 'rememberDeletion'>,
  ownWrites?: OwnWrites,
): Client {
  async function remember<T extends TypedObject>(
    type: ResourceType<T>,
    sent: unknown,
    writing: Promise<T>,
    options: WriteOptions | undefined,
  ): Promise<T> {
    const written = await writing
    if (options?.dryRun === true) return written
    ownWrites?.record(sent, written)
    cache.remember(type, written as DeepReadonly<T>)
    return written
  }

  const remembering = (writer: SubresourceWriter): SubresourceWriter => ({
    update: (type, object, options) =>
      remember(type, object, writer.update(type, object, options), options),
    patch: (type, key, patch, options) =>
      remember(type, patch.body, writer.patch(type, key, patch, options), options),
    apply: (type, object, options) =>
      remember(type, object, writer.apply(type, object, options), options),
  })

  return {
    get: (type, key, options) => client.get(type, key, options),
    list: (type, options) => client.list(type, options),
    watch: (type, options) => client.watch(type, options),
    create: (type, object, options) =>
      remember(type, object, client.create(type, object, options), options),
    async delete(type, key, options) {
      const deletion = await client.delete(type, key, options)
      if (options?.dryRun === true || deletion === undefined) return deletion
      const { uid, remaining } = deletion
      const whole = untyped(wholeObjects(type))
      if (remaining !== undefined) cache.remember(whole, remaining as KubernetesObject)
      else if (uid !== undefined) cache.rememberDeletion(type, key, uid)
      return deletion
    },
    deleteAllOf: (type, options) => client.deleteAllOf(type, options),
    ...remembering(client),
    status: remembering(client.status),
  }
}
