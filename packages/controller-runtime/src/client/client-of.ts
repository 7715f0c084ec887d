import type { ResourceType } from '@fairlead/kube-core'
import { keyOf } from '../object-key.ts'
import type { ObjectKey } from '../object-key.ts'
import type {
  Client,
  SubresourceClient,
  SubresourceWriter,
  WatchEvent,
  WatchOptions,
} from './client.ts'
import type { ClientCall } from './client-call.ts'

/** What carries out the calls of a client. */
export interface CallHandler {
  /** Resolves with what the verb of the call promises. */
  readonly send: (call: ClientCall) => Promise<unknown>
  readonly watch: (type: ResourceType, options?: WatchOptions) => AsyncIterable<WatchEvent>
  /** See `Reader`. */
  readonly streamsLists?: boolean | undefined
}

/** A client whose every call is carried out by the handler. */
export function clientOf(handler: CallHandler): Client {
  const writer = (subresource?: string): SubresourceWriter => ({
    update: (type, object, options = {}) =>
      sent(handler, { verb: 'update', type, key: keyOf(object), object, subresource, options }),
    patch: (type, key, patch, options = {}) =>
      sent(handler, { verb: 'patch', type, key, patch, subresource, options }),
    apply: (type, object, options) =>
      sent(handler, { verb: 'apply', type, key: keyOf(object), object, subresource, options }),
  })

  return {
    streamsLists: handler.streamsLists ?? false,
    get: (type, key, options = {}) => sent(handler, { verb: 'get', type, key, options }),
    list: (type, options = {}) => sent(handler, { verb: 'list', type, options }),
    watch: <T>(type: ResourceType, options?: WatchOptions) =>
      handler.watch(type, options) as AsyncIterable<T>,
    create: (type, object, options = {}) =>
      sent(handler, { verb: 'create', type, key: keyOf(object), object, options }),
    delete: (type, key, options = {}) => sent(handler, { verb: 'delete', type, key, options }),
    deleteAllOf: (type, options = {}) => sent(handler, { verb: 'deleteAllOf', type, options }),
    ...writer(),
    status: writer('status'),
    subresource: (name) => subresourceOf(handler, name),
  }
}

function subresourceOf<Name extends string>(
  handler: CallHandler,
  subresource: Name,
): SubresourceClient<Name> {
  const of = (type: ResourceType, key: ObjectKey) => ({ type, key, subresource })
  return {
    get: (type, key, options = {}) => sent(handler, { verb: 'get', ...of(type, key), options }),
    create: (type, key, object, options = {}) =>
      sent(handler, { verb: 'create', ...of(type, key), object, options }),
    update: (type, key, object, options = {}) =>
      sent(handler, { verb: 'update', ...of(type, key), object, options }),
    patch: (type, key, patch, options = {}) =>
      sent(handler, { verb: 'patch', ...of(type, key), patch, options }),
    apply: (type, key, object, options) =>
      sent(handler, { verb: 'apply', ...of(type, key), object, options }),
    stream: (type, key, options = {}) =>
      sent(handler, { verb: 'stream', ...of(type, key), options }),
    connect: (type, key, options) => sent(handler, { verb: 'connect', ...of(type, key), options }),
  }
}

/** The verb and the kind say what the answer is, which the compiler cannot follow. */
async function sent<T>(handler: CallHandler, call: ClientCall): Promise<T> {
  return (await handler.send(call)) as T
}
