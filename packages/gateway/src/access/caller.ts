import type { ConsumerSettings } from '@fairlead/snapshot'
import { compileNamePattern } from './name-pattern.ts'

/** The caller, as routing, access checks and conversations see it. */
export interface Caller {
  /** `namespace/name` of the Consumer; empty for an anonymous caller. */
  readonly consumer: string
  /** Isolation key of conversations: that of the Consumer, one for all anonymous callers. */
  readonly tenant: string
  readonly name: string
  /** The namespace in which unqualified names are resolved. */
  readonly namespace: string
  readonly groups: ReadonlySet<string>
  mayUseModel(model: string): boolean
  /** A pattern without a namespace matches only in the caller's own namespace. */
  mayUsePrompt(namespace: string, name: string): boolean
  mayUsePersona(namespace: string, name: string): boolean
}

export function callerOf(consumer: ConsumerSettings): Caller {
  const models = compileNamePattern(consumer.access.models)
  const key = `${consumer.namespace}/${consumer.name}`
  return {
    consumer: key,
    tenant: key,
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
  const local = compileNamePattern(patterns.filter((pattern) => !pattern.includes('/')))
  const qualified = compileNamePattern(patterns.filter((pattern) => pattern.includes('/')))
  return (namespace, name) =>
    (namespace === own && local.matches(name)) || qualified.matches(`${namespace}/${name}`)
}

/**
 * The caller of a request without a key: may use everything, and resolves names in the gateway's
 * namespace.
 */
export function anonymousCaller(gatewayNamespace: string): Caller {
  return {
    consumer: '',
    tenant: '',
    name: '',
    namespace: gatewayNamespace,
    groups: new Set(),
    mayUseModel: () => true,
    mayUsePrompt: () => true,
    mayUsePersona: () => true,
  }
}
