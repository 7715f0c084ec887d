import type { ConsumerSettings } from '@fairlead/snapshot'
import { compilePattern } from './name-pattern.ts'

/** Who calls, as far as routing, access and conversations ask. */
export interface Caller {
  /** `namespace/name` of the Consumer; empty for an anonymous caller. Conversations belong to it. */
  readonly tenant: string
  readonly name: string
  /** Where names without a namespace are looked up. */
  readonly namespace: string
  readonly groups: ReadonlySet<string>
  mayUseModel(model: string): boolean
  /** A pattern without a namespace means the caller's own; another one must be spelt out. */
  mayUsePrompt(namespace: string, name: string): boolean
  mayUsePersona(namespace: string, name: string): boolean
}

export function callerOf(consumer: ConsumerSettings): Caller {
  const models = compilePattern(consumer.access.models)
  return {
    tenant: `${consumer.namespace}/${consumer.name}`,
    name: consumer.name,
    namespace: consumer.namespace,
    groups: new Set(consumer.groups),
    mayUseModel: (model) => models.matches(model),
    mayUsePrompt: namespacedAccess(consumer.namespace, consumer.access.promptTemplates),
    mayUsePersona: namespacedAccess(consumer.namespace, consumer.access.personas),
  }
}

function namespacedAccess(
  own: string,
  patterns: readonly string[],
): (namespace: string, name: string) => boolean {
  const local = compilePattern(patterns.filter((pattern) => !pattern.includes('/')))
  const qualified = compilePattern(patterns.filter((pattern) => pattern.includes('/')))
  return (namespace, name) =>
    (namespace === own && local.matches(name)) || qualified.matches(`${namespace}/${name}`)
}

/** A caller without a key, where the gateway allows one: everything, in the gateway's namespace. */
export function anonymousCaller(gatewayNamespace: string): Caller {
  return {
    tenant: '',
    name: '',
    namespace: gatewayNamespace,
    groups: new Set(),
    mayUseModel: () => true,
    mayUsePrompt: () => true,
    mayUsePersona: () => true,
  }
}
