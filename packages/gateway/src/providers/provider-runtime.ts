import type { LLMProviderSettings, ProviderModel, SecretKeyRef } from '@fairlead/snapshot'
import { type Dialect, findModel, modelKind, type Operation, operationOf } from '@fairlead/llm'
import type { CredentialState } from '../upstream/credential-state.ts'
import type { Transport } from '../upstream/exchange.ts'
import type { ProviderState } from '../upstream/provider-state.ts'
import { type ModelFacts, modelFacts } from './model-facts.ts'
import type { ProviderApi, ProviderApis, ProviderType } from './provider-type.ts'
import type { RequestAuthorizer } from './request-authorizer.ts'

export interface Credential {
  readonly name: string
  readonly secret: SecretKeyRef
  readonly weight: number
  readonly value: string
  readonly state: CredentialState
}

/** As OpenTelemetry's `server.address` and `server.port`. */
interface ServerAddress {
  readonly host: string
  readonly port: number
}

/** A provider prepared for calls: whatever can be computed before a call already is. */
export interface ProviderRuntime {
  /** `namespace/name`. */
  readonly key: string
  readonly settings: LLMProviderSettings
  readonly type: ProviderType
  readonly transport: Transport
  /** Path of the base URL, without a trailing slash. */
  readonly basePath: string
  /** Host and port of the base URL, for spans; undefined for a provider in this process. */
  readonly server: ServerAddress | undefined
  /**
   * Headers of the resource and those that every call carries. Flat list: name, value, name, value.
   */
  readonly headers: readonly string[]
  /** Those whose Secret has a value. */
  readonly credentials: readonly Credential[]
  readonly state: ProviderState
  /** Undefined for a type whose keys are sent as they are. */
  readonly authorizer: RequestAuthorizer | undefined
  /** Whether the provider serves a model of this name or alias. */
  serves(model: string): boolean
  /** The provider's own name for a model or alias. */
  realModel(model: string): string
  /** What the resource says of a model, by its name or alias. */
  declaredModel(model: string): ProviderModel | undefined
  /** What is known of a model by its name or alias, from the resource or the catalogue. */
  modelFacts(model: string): ModelFacts | undefined
  /** What a model is for, where the catalogue can tell. */
  modelKind(model: string): Operation | undefined
  /** Whether a call of the operation can be made for a model. */
  offers(model: string, operation: Operation): boolean
  /**
   * The API that a call of a model is made at: the one in the caller's dialect, or the first for the
   * same operation. Throws where it is not offered.
   */
  apiFor(model: string, dialect: Dialect | undefined): ProviderApi
}

export function buildProviderRuntime(
  settings: LLMProviderSettings,
  parts: Pick<ProviderRuntime, 'type' | 'transport' | 'credentials' | 'state' | 'authorizer'>,
): ProviderRuntime {
  const byName = new Map<string, ProviderModel>()
  for (const model of settings.models) {
    for (const name of [model.name, ...model.aliases]) {
      if (!byName.has(name)) byName.set(name, model)
    }
  }
  const type = parts.type.variantFor?.(settings) ?? parts.type
  const asking = new WeakMap<ProviderApi, ProviderApi>()
  const url = settings.baseURL === '' ? undefined : new URL(settings.baseURL)
  return {
    ...parts,
    type,
    key: `${settings.namespace}/${settings.name}`,
    settings,
    basePath: (url?.pathname ?? '').replace(/\/+$/, ''),
    server: url && serverAddress(url),
    headers: headersOf(settings),
    serves: (model) => byName.size === 0 || byName.has(model),
    realModel: (model) => byName.get(model)?.name ?? model,
    declaredModel: (model) => byName.get(model),
    modelFacts: rememberedFacts(byName, type.catalogueVendor),
    modelKind(model) {
      const { catalogueVendor } = type
      return catalogueVendor === undefined ? undefined : modelKind(catalogueVendor, model)
    },
    offers: (model, operation) =>
      type.apisOf(model, settings).some(({ dialect }) => operationOf(dialect) === operation),
    apiFor(model, dialect) {
      const apis = type.apisOf(model, settings)
      const wanted = dialect?.requestDialect ?? dialect?.name
      const api = apis.find((one) => one.dialect.name === wanted) ?? firstOf(apis, dialect)
      return settings.streamUsage === 'Request' ? askingForUsage(api, asking) : api
    },
  }
}

function firstOf(apis: ProviderApis, dialect: Dialect | undefined): ProviderApi {
  const operation = dialect === undefined ? 'chat' : operationOf(dialect)
  const api = apis.find((one) => operationOf(one.dialect) === operation)
  if (api === undefined) throw new Error(`a provider is asked for ${operation}, which it lacks`)
  return api
}

/** Models of one provider whose facts are remembered at most: callers may name any. */
const rememberedMax = 256

/** Looks each model up once, as long as there are not too many. */
function rememberedFacts(
  byName: ReadonlyMap<string, ProviderModel>,
  vendor: string | undefined,
): ProviderRuntime['modelFacts'] {
  const remembered = new Map<string, ModelFacts | undefined>()
  return (model) => {
    if (remembered.has(model)) return remembered.get(model)
    const declared = byName.get(model)
    const name = declared?.name ?? model
    const facts = modelFacts(
      name,
      declared,
      vendor === undefined ? undefined : findModel(vendor, name),
    )
    if (remembered.size >= rememberedMax) remembered.clear()
    remembered.set(model, facts)
    return facts
  }
}

/** The API with the question for usage; most types give the same object for every attempt. */
function askingForUsage(api: ProviderApi, known: WeakMap<ProviderApi, ProviderApi>): ProviderApi {
  const before = known.get(api)
  if (before !== undefined) return before
  const asking = { ...api, encoding: { ...api.encoding, requestsUsage: true } }
  known.set(api, asking)
  return asking
}

function headersOf({ headers }: LLMProviderSettings): readonly string[] {
  const own = headers.flatMap(({ name, value }) => [name.toLowerCase(), value])
  const namesAgent = headers.some(({ name }) => name.toLowerCase() === 'user-agent')
  const agent = namesAgent ? [] : ['user-agent', 'fairlead']
  // An answer that is not compressed can be read as it comes.
  return ['content-type', 'application/json', 'accept-encoding', 'identity', ...agent, ...own]
}

function serverAddress({ hostname, port, protocol }: URL): ServerAddress {
  if (port !== '') return { host: hostname, port: Number(port) }
  return { host: hostname, port: protocol === 'http:' ? 80 : 443 }
}
