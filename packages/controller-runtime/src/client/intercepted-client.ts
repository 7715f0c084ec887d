import type { ResourceType } from '@fairlead/kube-core'
import type { Client, WatchEvent, WatchOptions } from './client.ts'
import type { ClientCall } from './client-call.ts'
import { clientOf } from './client-of.ts'
import { handlerOf } from './handler-of.ts'

/**
 * What is done in place of a call: it may look, change the call, answer or fail by itself, or go on
 * with `next`, also more than once. It resolves with what the verb of the call promises.
 */
type Interceptor<Call extends ClientCall> = (
  call: Call,
  next: (call: Call) => Promise<unknown>,
) => Promise<unknown>

/** Interceptors by verb. Those of subresources, of the status too, have `subresource` in the call. */
export type Interceptors = {
  readonly [Verb in ClientCall['verb']]?: Interceptor<Extract<ClientCall, { verb: Verb }>>
} & {
  readonly watch?: (
    type: ResourceType,
    options: WatchOptions,
    next: (options: WatchOptions) => AsyncIterable<WatchEvent>,
  ) => AsyncIterable<WatchEvent>
}

/** A client whose calls pass interceptors: for tests that need a failure, for tracing, for auditing. */
export function interceptedClient(client: Client, interceptors: Interceptors): Client {
  const { send, watch, ...rest } = handlerOf(client)
  return clientOf({
    ...rest,
    watch: (type, options = {}) =>
      interceptors.watch?.(type, options, (passed) => watch(type, passed)) ?? watch(type, options),
    async send(call) {
      const intercept = interceptors[call.verb] as Interceptor<ClientCall> | undefined
      return intercept === undefined ? send(call) : intercept(call, send)
    },
  })
}
