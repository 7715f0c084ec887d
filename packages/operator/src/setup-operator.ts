import { LLMGateway } from '@fairlead/api'
import {
  configurationTypes,
  kinds as allKinds,
  WatchedConfiguration,
  type CompileOptions,
} from '@fairlead/config'
import {
  ChannelSource,
  controllerBuilder,
  EventRecorder,
  keyOf,
  type Manager,
  type Reconcile,
} from '@fairlead/controller-runtime'
import { type Clock, consoleLogger, type Logger, systemClock } from '@fairlead/base'
import { type ResourceType, timestamp, untyped, type TypedObject } from '@fairlead/kube-core'
import { ChangedPlans, objectKeyOf } from './changed-plans.ts'
import { untilNextKeyState } from './consumer-keys.ts'
import { operateDeployments } from './deployment/deployment-operator.ts'
import { DeploymentSettings, type GatewayDeployments } from './deployment/deployment-settings.ts'
import { reconcilePermissions } from './deployment/permissions-reconciler.ts'
import { desiredStatus, statusOf } from './desired-status.ts'
import { planStatus, type Moment } from './plan-status.ts'
import { changesConditions } from './relevant-change.ts'
import { FindingsReader } from './replica-findings.ts'
import { untilNextReset } from './policy-counters.ts'
import { isLive, nextExpiryMs, removalOf, replicasOf } from './replica-reports.ts'
import { operatorFieldManager as fieldManager, writeStatus } from './status-writer.ts'

export interface OperatorOptions extends CompileOptions {
  /**
   * What the manager's cache compiles to with the same options, where others in the process need it
   * too. Defaults to one of the operator's own.
   */
  readonly configuration?: WatchedConfiguration
  /**
   * How gateways with `spec.deployment` are run. Without it they are not, and their status says so.
   */
  readonly deployments?: GatewayDeployments
  /** How long a replica is live after its last report. Defaults to 60 s; they report every 20 s. */
  readonly replicaLeaseMs?: number
  /** Should be the manager's. Defaults to the machine's clock. */
  readonly clock?: Clock
  /** Defaults to `consoleLogger()`. */
  readonly logger?: Logger
}

const replicaLeaseDefaultMs = 60_000
const concurrentReconciles = 4

/**
 * Adds the control plane to a manager that has not started: one controller per kind, named after the
 * kind in lower case, which writes a resource's status; and one named `configuration` which, after
 * any change, finds the resources whose status is out of date and has them reconciled.
 */
export function setupOperator(manager: Manager, options: OperatorOptions): void {
  const kinds = (options.kinds ?? allKinds).map(({ type }) => type)
  const clock = options.clock ?? systemClock
  const logger = options.logger ?? consoleLogger()
  const { client, cache } = manager
  const recorder = new EventRecorder({ client, clock, logger, component: fieldManager })
  manager.add(recorder)
  const configuration = options.configuration ?? new WatchedConfiguration(cache, options)
  const operator = new Operator(manager, recorder, clock, { ...options, configuration })
  if (options.deployments !== undefined) {
    const settings = new DeploymentSettings(
      options.deployments,
      manager,
      configuration,
      options.kinds,
    )
    operateDeployments(manager, settings, { recorder, clock })
    reconcilePermissions(manager, settings)
  }

  const channels = new Map<string, Channel>()
  for (const type of kinds) {
    const channel = new ChannelSource('configuration')
    channels.set(type.kind, { type, channel })
    controllerBuilder(manager)
      .for<TypedObject>(type)
      .watchesRaw(channel)
      .withOptions({ maxConcurrentReconciles: concurrentReconciles })
      .build(operator.reconcilerOf(type))
  }

  // added last, so that the controllers that it sends names to have started when it runs
  const everything = [{ name: 'configuration' }]
  const builder = controllerBuilder(manager).named('configuration')
  for (const type of configurationTypes(options.kinds)) {
    builder.watches(type, () => everything, { predicates: [changesConditions] })
  }
  const plans = new ChangedPlans()
  builder.build(async () => {
    const moment = operator.moment()
    for (const [kind, keys] of plans.since(operator.basis(moment))) {
      const { type, channel } = channels.get(kind) ?? {}
      if (type === undefined) continue
      for (const key of keys) {
        const object = cache.get(type, objectKeyOf(key))
        if (object && operator.desired(object, moment)) channel?.send(keyOf(object))
      }
    }
  })
}

/** How the controller of a kind is sent names. */
interface Channel {
  readonly type: ResourceType
  readonly channel: ChannelSource
}

class Operator {
  readonly #manager: Manager
  readonly #recorder: EventRecorder
  readonly #clock: Clock
  readonly #leaseMs: number
  readonly #configuration: WatchedConfiguration
  readonly #runsGateways: boolean
  readonly #findings: FindingsReader

  constructor(
    manager: Manager,
    recorder: EventRecorder,
    clock: Clock,
    options: OperatorOptions & Required<Pick<OperatorOptions, 'configuration'>>,
  ) {
    this.#manager = manager
    this.#recorder = recorder
    this.#clock = clock
    this.#leaseMs = options.replicaLeaseMs ?? replicaLeaseDefaultMs
    this.#configuration = options.configuration
    this.#runsGateways = options.deployments !== undefined
    this.#findings = new FindingsReader(this.#leaseMs)
  }

  /** What replicas report at this moment. */
  moment(): Moment {
    const nowMs = this.#clock.now()
    const leaseMs = this.#leaseMs
    const gateways = this.#manager.cache.list(LLMGateway)
    const runsGateways = this.#runsGateways
    return { nowMs, leaseMs, runsGateways, findings: this.#findings.read(gateways, nowMs) }
  }

  /** What all statuses are planned from at a moment. */
  basis({ findings }: Moment) {
    return { result: this.#configuration.result, findings }
  }

  /** The status that a resource should get; undefined when it has it already. */
  desired(object: TypedObject, moment: Moment) {
    const planned = planStatus(object, this.#configuration.result, moment)
    return planned && desiredStatus(object, planned, timestamp(moment.nowMs))
  }

  reconcilerOf(type: ResourceType): Reconcile {
    return async (request, { signal }) => {
      const { cache, client } = this.#manager
      const object = cache.get(type, request)
      if (object === undefined) return undefined
      const moment = this.moment()
      const status = this.desired(object, moment)
      if (status) {
        await writeStatus({ client, recorder: this.#recorder }, type, object, status, signal)
      }
      if (object.kind === LLMGateway.kind) return this.#dropStaleReplicas(object, moment, signal)
      const { nowMs } = moment
      const current = status ?? statusOf(object)
      const requeueAfterMs = untilNextReset(current, nowMs) ?? untilNextKeyState(current, nowMs)
      return requeueAfterMs === undefined ? undefined : { requeueAfterMs }
    }
  }

  /** Removes replicas that stopped reporting, and comes back when the next one may have. */
  async #dropStaleReplicas(gateway: TypedObject, { nowMs }: Moment, signal: AbortSignal) {
    const leaseMs = this.#leaseMs
    const replicas = replicasOf(gateway)
    const live = replicas.filter((replica) => isLive(replica, nowMs, leaseMs))
    if (live.length < replicas.length) {
      const body = removalOf(replicas, (replica) => !live.includes(replica))
      const patch = { type: 'json' as const, body }
      const { status } = this.#manager.client
      await status.patch(untyped(LLMGateway), keyOf(gateway), patch, { fieldManager, signal })
    }
    const requeueAfterMs = nextExpiryMs(live, nowMs, leaseMs)
    return requeueAfterMs === undefined ? undefined : { requeueAfterMs }
  }
}
