import type { ResourceType, TypedObject } from '@fairlead/kube-core'
import type { Client } from './client.ts'
import type { ClientCall } from './client-call.ts'
import { clientOf } from './client-of.ts'
import { handlerOf } from './handler-of.ts'

/**
 * A client for one namespace: what names none is in it, and what names another is refused with a
 * TypeError, reads as well. Kinds without namespaces pass.
 */
export function namespacedClient(client: Client, namespace: string): Client {
  if (namespace === '') throw new TypeError('a namespaced client needs a namespace')
  const { send, watch, ...rest } = handlerOf(client)
  return clientOf({
    ...rest,
    watch: (type, options = {}) => watch(type, within(type, options, namespace)),
    send: async (call) => send(callWithin(call, namespace)),
  })
}

function callWithin(call: ClientCall, namespace: string): ClientCall {
  const { type } = call
  switch (call.verb) {
    case 'list':
    case 'deleteAllOf':
      return { ...call, options: within(type, call.options, namespace) }
    case 'create':
    case 'update':
    case 'apply': {
      const metadata = within(type, call.object.metadata, namespace)
      const object: TypedObject = { ...call.object, metadata }
      return { ...call, key: within(type, call.key, namespace), object }
    }
    default:
      return { ...call, key: within(type, call.key, namespace) }
  }
}

/** The same, in the namespace if the kind has them. */
function within<P extends { readonly namespace?: string }>(
  type: ResourceType,
  place: P,
  namespace: string,
): P {
  const named = place.namespace ?? ''
  if (named !== '' && named !== namespace) {
    throw new TypeError(
      `a ${type.kind} in namespace ${named} is out of reach: the client is for namespace ${namespace}`,
    )
  }
  return type.namespaced ? { ...place, namespace } : place
}
