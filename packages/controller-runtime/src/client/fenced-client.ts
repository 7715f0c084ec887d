import { openScope } from '@fairlead/base'
import type { CallOptions, Client, SubresourceWriter } from './client.ts'
import type { WriteFence } from './write-fence.ts'

/**
 * A client whose writes pass a fence, for a client that we did not make: the fence is asked when the
 * call begins, and ends it when it closes. `createClient` asks it right before it sends.
 */
export function fencedClient(client: Client, fence: WriteFence): Client {
  async function write<O extends CallOptions, T>(
    options: O | undefined,
    send: (options: O & CallOptions) => Promise<T>,
  ): Promise<T> {
    fence.check()
    using scope = openScope({ parents: [options?.signal, fence.signal] })
    return await send({ ...(options as O), signal: scope.signal })
  }

  const fenced = (writer: SubresourceWriter): SubresourceWriter => ({
    update: (type, object, options) =>
      write(options, (passed) => writer.update(type, object, passed)),
    patch: (type, key, patch, options) =>
      write(options, (passed) => writer.patch(type, key, patch, passed)),
    apply: (type, object, options) =>
      write(options, (passed) => writer.apply(type, object, passed)),
  })

  return {
    get: (type, key, options) => client.get(type, key, options),
    list: (type, options) => client.list(type, options),
    watch: (type, options) => client.watch(type, options),
    create: (type, object, options) =>
      write(options, (passed) => client.create(type, object, passed)),
    delete: (type, key, options) => write(options, (passed) => client.delete(type, key, passed)),
    deleteAllOf: (type, options) => write(options, (passed) => client.deleteAllOf(type, passed)),
    ...fenced(client),
    status: fenced(client.status),
  }
}
