import { ConfigMap } from '@fairlead/kube-core'
import type { Client } from '../client/client.ts'

/** Something that can be called on a client, and its name, such as `status.update`. */
interface Verb {
  readonly name: string
  readonly call: () => Promise<unknown>
}

/** What is passed to every verb: a key, an object, a patch and options in one. */
const anything = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { namespace: 'default', name: 'a' },
  namespace: 'default',
  name: 'a',
  type: 'merge',
  body: {},
  fieldManager: 'm',
  protocols: ['p'],
}

/** Every verb that a client has, found by looking: a new one is in it without being named here. */
export function walkVerbs(client: Client): readonly Verb[] {
  return [
    ...verbsOf(client, ''),
    ...verbsOf(client.status, 'status.'),
    ...verbsOf(client.subresource('resize'), 'subresource.'),
  ]
}

/** What makes or closes something else, and is no verb. */
const others: ReadonlySet<string> = new Set(['watch', 'close', 'subresource'])

function verbsOf(owner: object, prefix: string): Verb[] {
  return Object.entries(owner).flatMap(([name, value]) => {
    if (typeof value !== 'function' || others.has(name)) return []
    const verb = value as (...args: readonly unknown[]) => Promise<unknown>
    return [{ name: prefix + name, call: () => verb(ConfigMap, anything, anything, anything) }]
  })
}
