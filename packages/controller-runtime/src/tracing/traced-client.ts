import { qualifiedResource, StatusError } from '@fairlead/kube-core'
import type { Client } from '../client/client.ts'
import type { ClientCall } from '../client/client-call.ts'
import { clientOf } from '../client/client-of.ts'
import { handlerOf } from '../client/handler-of.ts'
import { inSpan } from './in-span.ts'
import type { SpanAttributes, Tracer } from './tracer.ts'

/**
 * A client each of whose calls is a span: verb, kind, object, and the status of a refusal; retries of
 * a call are within its span. Watches have none, since they last as long as the program.
 */
export function tracedClient(client: Client, tracer: Tracer): Client {
  const { send, watch } = handlerOf(client)
  return clientOf({
    watch,
    send(call) {
      const name = `${call.verb} ${qualifiedResource(call.type)}`
      return inSpan(
        tracer,
        { name, kind: 'client', attributes: attributesOf(call) },
        async (span) => {
          try {
            return await send(call)
          } catch (error) {
            if (error instanceof StatusError) {
              span.setAttribute('http.response.status_code', error.code)
            }
            throw error
          }
        },
      )
    },
  })
}

function attributesOf(call: ClientCall): SpanAttributes {
  const { namespace, name }: { namespace?: string; name?: string } =
    'key' in call ? call.key : call.options
  const subresource = 'subresource' in call ? call.subresource : undefined
  return {
    'k8s.verb': call.verb,
    'k8s.resource': qualifiedResource(call.type),
    ...(namespace === undefined ? {} : { 'k8s.namespace.name': namespace }),
    ...(name === undefined || name === '' ? {} : { 'k8s.object.name': name }),
    ...(subresource === undefined ? {} : { 'k8s.subresource': subresource }),
  }
}
