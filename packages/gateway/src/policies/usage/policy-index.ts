import type { ConditionCompiler } from '@fairlead/cel'
import type { Snapshot } from '@fairlead/snapshot'
import type { CallTarget } from '../../routing/call-target.ts'
import { isAttachedTo, isRule, type RoutedTo } from '../attached-to.ts'
import { type OnExpressionFailure, preparePolicy, type PreparedPolicy } from './prepared-policy.ts'
import { providerPolicy } from './provider-limits.ts'

type SnapshotParts = Pick<Snapshot, 'gateway' | 'providers' | 'usagePolicies'>

const none: readonly PreparedPolicy[] = []

/**
 * The policies of one configuration, by what they are attached to: what a call costs depends on those
 * that may concern it, however many others there are.
 */
export class PolicyIndex {
  readonly #everywhere: PreparedPolicy[] = []
  readonly #byConsumer = new Map<string, PreparedPolicy[]>()
  /** By `namespace/name` of the RoutingPolicy. */
  readonly #byRouting = new Map<string, PreparedPolicy[]>()
  readonly #byPrompt = new Map<string, PreparedPolicy[]>()
  readonly #ofAttempts: PreparedPolicy[] = []
  readonly #byProvider = new Map<string, PreparedPolicy>()
  readonly #gateway: string

  constructor(
    { gateway, providers, usagePolicies }: SnapshotParts,
    prepare: (policy: Snapshot['usagePolicies'][number]) => PreparedPolicy,
  ) {
    this.#gateway = `${gateway.namespace}/${gateway.name}`
    for (const settings of usagePolicies) this.#add(prepare(settings))
    for (const [key, provider] of providers) {
      const limits = providerPolicy(provider)
      if (limits !== undefined) this.#byProvider.set(key, limits)
    }
  }

  /** Whether any policy is about calls, or about attempts. */
  get isEmpty(): boolean {
    return (
      this.#everywhere.length === 0 &&
      this.#byConsumer.size === 0 &&
      this.#byRouting.size === 0 &&
      this.#byPrompt.size === 0
    )
  }

  get limitsAttempts(): boolean {
    return this.#ofAttempts.length > 0 || this.#byProvider.size > 0
  }

  /** The policies that a call is admitted by. */
  ofCall({ routed, route }: RoutedTo): readonly PreparedPolicy[] {
    const { caller, prompt } = routed
    const found: PreparedPolicy[] = []
    const add = (policies: readonly PreparedPolicy[]) => {
      for (const policy of policies) {
        if (!found.includes(policy) && policy.matches(routed)) found.push(policy)
      }
    }
    add(this.#everywhere)
    if (this.#byConsumer.size > 0) add(this.#byConsumer.get(caller.consumer) ?? none)
    if (this.#byRouting.size > 0 && route.route !== undefined) {
      const { policy, rule } = route.route
      const key = `${policy.namespace}/${policy.name}`
      const attached = this.#byRouting.get(key) ?? none
      add(attached.filter(({ targets }) => targets.some((target) => isRule(target, key, rule))))
    }
    if (this.#byPrompt.size > 0 && prompt !== undefined) {
      add(this.#byPrompt.get(`${prompt.namespace}/${prompt.name}`) ?? none)
    }
    return found
  }

  /** Those that may be about all calls of a caller: attached to this gateway, or to its Consumer. */
  ofCaller(consumer: string): readonly PreparedPolicy[] {
    return [...new Set([...this.#everywhere, ...(this.#byConsumer.get(consumer) ?? none)])]
  }

  /** The policies that an attempt at a target has to pass, its provider's own limits among them. */
  ofAttempt(to: RoutedTo, target: CallTarget): readonly PreparedPolicy[] {
    const own = this.#byProvider.get(target.provider.key)
    const found = own === undefined ? [] : [own]
    for (const policy of this.#ofAttempts) {
      const at = { gateway: this.#gateway, targets: [target] }
      const isAttached = policy.targets.some((each) => isAttachedTo(each, to, at))
      if (isAttached && policy.matches(to.routed)) found.push(policy)
    }
    return found
  }

  #add(policy: PreparedPolicy): void {
    if (policy.countsAttempts) {
      this.#ofAttempts.push(policy)
      return
    }
    for (const target of policy.targets) {
      const { key, kind } = target
      if (kind === 'LLMGateway' && key === this.#gateway) this.#everywhere.push(policy)
      if (kind === 'Consumer') addTo(this.#byConsumer, key, policy)
      if (kind === 'PromptTemplate') addTo(this.#byPrompt, key, policy)
      if (kind === 'RoutingPolicy') addTo(this.#byRouting, key, policy)
    }
  }
}

function addTo(index: Map<string, PreparedPolicy[]>, key: string, policy: PreparedPolicy): void {
  const known = index.get(key)
  if (known === undefined) index.set(key, [policy])
  else known.push(policy)
}

/** Indexes the policies of each configuration once, and prepares each policy once. */
export class PolicyIndexer {
  readonly #conditions: ConditionCompiler
  readonly #onFailure: OnExpressionFailure
  readonly #prepared = new WeakMap<Snapshot['usagePolicies'][number], PreparedPolicy>()
  readonly #indexes = new WeakMap<SnapshotParts, PolicyIndex>()

  constructor(conditions: ConditionCompiler, onFailure: OnExpressionFailure) {
    this.#conditions = conditions
    this.#onFailure = onFailure
  }

  of(snapshot: SnapshotParts): PolicyIndex {
    const known = this.#indexes.get(snapshot)
    if (known !== undefined) return known
    const index = new PolicyIndex(snapshot, (policy) => this.#prepare(policy))
    this.#indexes.set(snapshot, index)
    return index
  }

  #prepare(settings: Snapshot['usagePolicies'][number]): PreparedPolicy {
    const known = this.#prepared.get(settings)
    if (known !== undefined) return known
    const prepared = preparePolicy(settings, this.#conditions, this.#onFailure)
    this.#prepared.set(settings, prepared)
    return prepared
  }
}
