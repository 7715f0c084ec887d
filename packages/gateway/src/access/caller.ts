import type { JsonObject } from '@fairlead/base'
import type { AccessSettings, ConsumerSettings } from '@fairlead/snapshot'
import { compileNamePattern } from './name-pattern.ts'

/** How a caller has proved who it is. */
export type AuthenticationMethod =
  'Anonymous' | 'APIKey' | 'JWT' | 'ServiceAccount' | 'ClientCertificate'

/** What a caller has shown of itself, beside the Consumer that it is. */
export interface Identity {
  readonly method: AuthenticationMethod
  /** Name of the API key in Consumer `spec.apiKeys`; undefined for every other method. */
  readonly keyName: string | undefined
  /** The person for whom the caller acts, as its token says; undefined if it does not. */
  readonly endUser: string | undefined
  /** All claims of the token, frozen; empty without one. */
  readonly claims: JsonObject
  /** `namespace/name` of the Kubernetes ServiceAccount whose token was sent. */
  readonly serviceAccount: string | undefined
}

/** The caller, as routing, access checks and conversations see it. */
export interface Caller extends Identity {
  /**
   * `namespace/name` of the Consumer; empty for a caller without one: an anonymous one, or one that
   * is known by its token alone and told from others by its tenant.
   */
  readonly consumer: string
  /**
   * Isolation key of conversations: name and UID of the Consumer, so that a later Consumer of the
   * same name has another; issuer and subject of a token without a Consumer; empty for all anonymous
   * callers.
   */
  readonly tenant: string
  readonly name: string
  /** The namespace in which unqualified names are resolved. */
  readonly namespace: string
  readonly groups: ReadonlySet<string>
  /** Consumer `spec.metadata`. */
  readonly metadata: Readonly<Record<string, string>>
  mayUseModel(model: string): boolean
  mayUsePrompt(namespace: string, name: string): boolean
  mayUsePersona(namespace: string, name: string): boolean
  mayUseStrategy(namespace: string, name: string): boolean
}

/** A caller that is a Consumer, whatever it proves that with. */
export type ConsumerCaller = Omit<Caller, keyof Identity> & {
  /** Kubernetes ServiceAccounts, as `namespace/name`, that are this Consumer. */
  readonly serviceAccounts: readonly string[]
}

type Permissions = Pick<Caller, 'mayUseModel' | 'mayUsePrompt' | 'mayUsePersona' | 'mayUseStrategy'>

const noClaims: JsonObject = Object.freeze({})

/** Who a caller is that has no token. */
export function withoutToken(method: AuthenticationMethod, keyName?: string): Identity {
  return { method, keyName, endUser: undefined, claims: noClaims, serviceAccount: undefined }
}

/** The Consumer, however it is known. One without a UID, of a folder of manifests, is known by its namespace and name. */
export function consumerCaller(consumer: ConsumerSettings): ConsumerCaller {
  const key = `${consumer.namespace}/${consumer.name}`
  return {
    consumer: key,
    tenant: consumer.uid === undefined ? key : `${key}@${consumer.uid}`,
    name: consumer.name,
    namespace: consumer.namespace,
    groups: new Set(consumer.groups),
    metadata: consumer.metadata,
    serviceAccounts: consumer.serviceAccounts,
    ...permissionsOf(consumer.namespace, consumer.access),
  }
}

/** The Consumer, known by one of its API keys. */
export function keyCaller(consumer: ConsumerCaller, keyName: string): Caller {
  return identified(consumer, withoutToken('APIKey', keyName), [])
}

/** The Consumer, known by what it has shown. `groups` are those that it has beside its own. */
export function identified(
  consumer: ConsumerCaller,
  identity: Identity,
  groups: readonly string[],
): Caller {
  if (groups.length === 0) return { ...consumer, ...identity }
  return { ...consumer, ...identity, groups: new Set([...consumer.groups, ...groups]) }
}

/** A caller that is no Consumer, but known: it may use all that the gateway's own namespace has. */
export function knownCaller(
  gatewayNamespace: string,
  { name, tenant }: Pick<Caller, 'name' | 'tenant'>,
  identity: Identity,
  groups: readonly string[],
): Caller {
  return {
    consumer: '',
    tenant,
    name,
    namespace: gatewayNamespace,
    groups: new Set(groups),
    metadata: {},
    ...identity,
    ...permissionsOf(gatewayNamespace, everythingThere),
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
    metadata: {},
    ...withoutToken('Anonymous'),
    ...(access === undefined ? everything : permissionsOf(gatewayNamespace, access)),
  }
}

const everythingThere: AccessSettings = {
  models: ['*'],
  promptTemplates: ['*'],
  personas: ['*'],
  contextStrategies: ['*'],
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
