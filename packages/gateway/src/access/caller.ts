import type { AccessSettings, ConsumerSettings } from '@fairlead/snapshot'
import { compileNamePattern } from './name-pattern.ts'

/** The caller, as routing, access checks and conversations see it. */
export interface Caller {
  /** `namespace/name` of the Consumer; empty for an anonymous caller. */
  readonly consumer: string
  /**
   * Isolation key of conversations: name and UID of the Consumer, so that a later Consumer of the
   * same name has another; one for all anonymous callers.
   */
  readonly tenant: string
  readonly name: string
  /** The namespace in which unqualified names are resolved. */
  readonly namespace: string
  readonly groups: ReadonlySet<string>
  mayUseModel(model: string): boolean
  mayUsePrompt(namespace: string, name: string): boolean
  mayUsePersona(namespace: string, name: string): boolean
  mayUseStrategy(namespace: string, name: string): boolean
}

type Permissions = Pick<Caller, 'mayUseModel' | 'mayUsePrompt' | 'mayUsePersona' | 'mayUseStrategy'>

/** A Consumer without a UID, of a folder of manifests, is known by its namespace and name. */
export function callerOf(consumer: ConsumerSettings): Caller {
  const key = `${consumer.namespace}/${consumer.name}`
  return {
    consumer: key,
    tenant: consumer.uid === undefined ? key : `${key}@${consumer.uid}`,
    name: consumer.name,
    namespace: consumer.namespace,
    groups: new Set(consumer.groups),
    ...permissionsOf(consumer.namespace, consumer.access),
  }
}

/**
 * The caller of a request without a key, who resolves names in the gateway's namespace. Without
 * `access` it may use everything that the gateway serves.
 */
export function anonymousCaller(gatewayNamespace: string, access?: AccessSettings): Caller {
  return {
    consumer: '',
    tenant: '',
    name: '',
    namespace: gatewayNamespace,
    groups: new Set(),
    ...(access === undefined ? everything : permissionsOf(gatewayNamespace, access)),
  }
}

const everything: Permissions = {
  mayUseModel: () => true,
  mayUsePrompt: () => true,
  mayUsePersona: () => true,
  mayUseStrategy: () => true,
}

function permissionsOf(namespace: string, access: AccessSettings): Permissions {
  const models = compileNamePattern(access.models)
  return {
    mayUseModel: (model) => models.matches(model),
    mayUsePrompt: namespacedAccess(namespace, access.promptTemplates),
    mayUsePersona: namespacedAccess(namespace, access.personas),
    mayUseStrategy: namespacedAccess(namespace, access.contextStrategies),
  }
}

/** A pattern without a namespace matches only in the caller's own namespace. */
function namespacedAccess(
  own: string,
  patterns: readonly string[],
): (namespace: string, name: string) => boolean {
  const local = compileNamePattern(patterns.filter((pattern) => !pattern.includes('/')))
  const qualified = compileNamePattern(patterns.filter((pattern) => pattern.includes('/')))
  return (namespace, name) =>
    (namespace === own && local.matches(name)) || qualified.matches(`${namespace}/${name}`)
}
