import { remembering } from '@fairlead/base'
import type { LLMGatewaySettings, Route, Snapshot } from '@fairlead/snapshot'
import type { Access } from '../access/authenticate.ts'
import { anonymousCaller } from '../access/caller.ts'
import { AccessRules } from '../access/rules/access-rules.ts'
import { CertificateCallers } from '../access/certificate-callers.ts'
import { ConsumerDirectory } from '../access/consumer-directory.ts'
import { KeyIndexer } from '../access/key-index.ts'
import { Cors } from '../listener/cors.ts'
import { GatewayPrices } from '../prices/gateway-prices.ts'
import { TokenCallers } from '../access/token-callers.ts'
import type { TokenIssuers } from '../access/tokens/token-issuers.ts'
import { RouteIndexer } from '../routing/route-index.ts'
import { KnownCallerCollector } from './known-callers.ts'
import { ModelNameCollector } from './model-names.ts'
import { ProviderBuilder, type ProviderRuntimes } from './provider-runtimes.ts'
import type { RuntimeParts } from './runtime-parts.ts'
import type { Runtime } from './runtime.ts'

/**
 * Derives everything that calls look up from a snapshot and the current Secrets. What is derived
 * from parts that are the same objects as in the last snapshot, and from the same values of Secrets,
 * is kept: a change costs about what it concerns.
 */
export class RuntimeBuilder {
  readonly #providers: ProviderBuilder
  readonly #keys: KeyIndexer
  readonly #modelNames = new ModelNameCollector()
  readonly #knownCallers = new KnownCallerCollector()
  readonly #routesOf: (routes: readonly Route[]) => Runtime['routes']
  readonly #promptsByPath = remembering(promptsByPath)
  readonly #prices: (
    books: Snapshot['priceBooks'],
    gateway: string,
    /** Whose own prices are remembered as long as they are the same. */
    providers: ProviderRuntimes['byKey'],
  ) => GatewayPrices
  readonly #access: (gateway: LLMGatewaySettings, keys: Access['keys']) => Access
  readonly #accessRules: (
    policies: Snapshot['accessPolicies'],
    gateway: string,
  ) => AccessRules | undefined
  readonly #tokenIssuers: TokenIssuers
  readonly #cors = remembering(corsOf)
  readonly #secrets = { revision: 0 }
  #last: Runtime | undefined

  constructor(parts: RuntimeParts) {
    const routes = new RouteIndexer(parts.routingStrategies, parts.onConditionFailure)
    this.#providers = new ProviderBuilder(parts)
    this.#accessRules = remembering((policies, name) =>
      policies.length === 0
        ? undefined
        : new AccessRules(policies, name, parts.onAccessConditionFailure),
    )
    this.#tokenIssuers = parts.tokenIssuers
    this.#access = remembering((gateway, keys) => accessOf(gateway, keys, parts.tokenIssuers))
    this.#keys = new KeyIndexer(parts.secrets)
    this.#prices = remembering(
      (books: Snapshot['priceBooks'], gateway: string) =>
        new GatewayPrices(books, gateway, parts.clock),
    )
    this.#routesOf = remembering((all: readonly Route[]) => routes.index(all))
  }

  /** To be called when any Secret has changed: the next build reads their values again. */
  secretsChanged(): void {
    this.#secrets.revision += 1
  }

  /**
   * A runtime in use once, until it is retired; the last one, if it would be the same. Throws for a
   * provider type or a routing strategy that does not exist, or an expression that does not compile.
   */
  build(snapshot: Snapshot): Runtime {
    const { gateway } = snapshot
    const { revision } = this.#secrets
    const routes = this.#routesOf(snapshot.routes)
    const keys = this.#keys.index(snapshot.consumers, revision)
    const access = this.#access(gateway, keys)
    const providers = this.#providers.build(snapshot, revision)
    const name = `${gateway.namespace}/${gateway.name}`
    const accessRules = this.#accessRules(snapshot.accessPolicies, name)
    const last = this.#last
    const isSame =
      last?.snapshot === snapshot && last.access === access && last.providers === providers.byKey
    if (isSame) return last
    providers.hold()
    this.#tokenIssuers.configure(gateway)
    this.#last = {
      snapshot,
      access,
      cors: this.#cors(gateway.cors),
      routes,
      providers: providers.byKey,
      accessRules,
      defaultProviders: gateway.defaultProviders.flatMap((key) => providers.byKey.get(key) ?? []),
      prices: this.#prices(
        snapshot.priceBooks,
        `${gateway.namespace}/${gateway.name}`,
        providers.byKey,
      ),
      promptsByPath: this.#promptsByPath(snapshot.promptTemplates),
      modelNames: this.#modelNames.collect(snapshot, routes),
      knownCallers: this.#knownCallers.collect(snapshot),
      problems: [...providers.problems, ...keys.problems],
      ...countUses(providers),
    }
    return this.#last
  }
}

function accessOf(
  gateway: LLMGatewaySettings,
  keys: Access['keys'],
  issuers: TokenIssuers,
): Access {
  const { auth: mode, authentication } = gateway
  const { clientCertificates, issuers: trusted, methods, serviceAccounts } = authentication
  const takesTokens = trusted.length > 0 || serviceAccounts !== undefined
  const directory =
    takesTokens || clientCertificates !== undefined
      ? new ConsumerDirectory(gateway.namespace, keys.callers)
      : undefined
  return {
    mode,
    keys,
    acceptsKeys: methods.includes('APIKey'),
    tokens: takesTokens && directory ? new TokenCallers(issuers, directory) : undefined,
    certificates:
      clientCertificates && directory && new CertificateCallers(clientCertificates, directory),
    anonymous: anonymousOf(gateway),
  }
}

function corsOf(settings: LLMGatewaySettings['cors']): Cors | undefined {
  return settings && new Cors(settings)
}

function anonymousOf({ auth, namespace, anonymousAccess: access }: LLMGatewaySettings) {
  if (auth === 'Disabled') return anonymousCaller(namespace)
  if (auth === 'Required' || access === undefined) return undefined
  const lists: readonly (readonly string[])[] = Object.values(access)
  return lists.some(({ length }) => length > 0) ? anonymousCaller(namespace, access) : undefined
}

function promptsByPath(prompts: Snapshot['promptTemplates']): Runtime['promptsByPath'] {
  const byPath = new Map<string, { readonly namespace: string; readonly name: string }>()
  for (const { namespace, name, path } of prompts.values()) {
    if (path !== undefined) byPath.set(path, { namespace, name })
  }
  return byPath
}

function countUses(
  providers: ProviderRuntimes,
): Pick<Runtime, 'acquire' | 'isReleased' | 'release' | 'retire'> {
  let uses = 1
  const release = () => {
    uses -= 1
    if (uses === 0) providers.release()
  }
  return {
    isReleased: () => uses === 0,
    acquire: () => {
      uses += 1
    },
    release,
    retire: release,
  }
}
