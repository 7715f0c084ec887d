import { LLMGateway } from '@fairlead/api'
import { configurationTypes, type KindCompiler, type WatchedConfiguration } from '@fairlead/config'
import { type DeepReadonly, type Manager, type Predicate } from '@fairlead/controller-runtime'
import type { ResourceType } from '@fairlead/kube-core'
import type { Snapshot } from '@fairlead/snapshot'
import { changesConditions } from '../relevant-change.ts'
import { deployedGateway, type DeployedGateway } from './deployed-gateway.ts'

/** What the operator must know to run gateways. */
export interface GatewayDeployments {
  /** The image of gateways that name none. */
  readonly image: string
  /** Of the operator. */
  readonly version: string
  /** Which of `optionalKinds` the cluster has. Defaults to none. */
  readonly optionalKinds?: readonly ResourceType[]
}

export interface GatewayKey {
  readonly namespace: string
  readonly name: string
}

/** What declares a controller of LLMGateways. */
interface ConfigurationWatcher {
  watches(
    type: ResourceType,
    requests: () => readonly GatewayKey[],
    conditions: { readonly predicates: readonly Predicate[] },
  ): unknown
}

/** What the controllers of deployments have in common. */
export class DeploymentSettings {
  /** Who owns the fields of what is made, and of what the status says of it. */
  readonly fieldManager = 'fairlead-operator-deployment'
  readonly version: string
  readonly #optionalKinds: readonly ResourceType[]
  readonly #image: string
  readonly #manager: Manager
  readonly #configuration: WatchedConfiguration
  readonly #kinds: readonly KindCompiler[] | undefined

  constructor(
    { image, version, optionalKinds = [] }: GatewayDeployments,
    manager: Manager,
    configuration: WatchedConfiguration,
    kinds: readonly KindCompiler[] | undefined,
  ) {
    this.version = version
    this.#image = image
    this.#optionalKinds = optionalKinds
    this.#manager = manager
    this.#configuration = configuration
    this.#kinds = kinds
  }

  readonly deployed = (gateway: DeepReadonly<LLMGateway>): DeployedGateway | undefined =>
    deployedGateway(gateway, this.#image)

  /** Whether the cluster has an optional kind. */
  readonly has = ({ kind }: { readonly kind: string }): boolean =>
    this.#optionalKinds.some((one) => one.kind === kind)

  /** What the gateway runs; undefined if it is not accepted. */
  readonly snapshotOf = ({ namespace, gateway }: DeployedGateway): Snapshot | undefined =>
    this.#configuration.result.snapshots.get(`${namespace}/${gateway}`)

  /** Calls a controller for each gateway that is deployed when the configuration changes. */
  watchConfiguration(builder: ConfigurationWatcher): void {
    for (const type of configurationTypes(this.#kinds)) {
      if (type.kind === LLMGateway.kind) continue
      builder.watches(type, () => this.#deployedKeys(), { predicates: [changesConditions] })
    }
  }

  #deployedKeys() {
    return this.#manager.cache
      .list(LLMGateway)
      .filter(({ spec }) => spec.deployment !== undefined)
      .map(({ metadata }) => gatewayKey(metadata))
  }
}

/** Passes changes of a gateway after which what is made for it, or is said of it, may differ. */
export const changesDeployment: Predicate = changesConditions

/** A gateway is always in a namespace. */
export function gatewayKey({ namespace = '', name = '' }: Partial<GatewayKey>): GatewayKey {
  return { namespace, name }
}
