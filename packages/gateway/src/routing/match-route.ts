import type { AnswerTimeouts, RetrySettings, Route } from '@fairlead/snapshot'
import type { ModelError } from '@fairlead/llm'
import { gatewayError } from '../errors/gateway-error.ts'
import type { ModelPrices } from '../prices/gateway-prices.ts'
import type { ProviderRuntime } from '../providers/provider-runtime.ts'
import { AccessRefused } from '../access/rules/access-refused.ts'
import type { AccessRules } from '../access/rules/access-rules.ts'
import { CallTarget } from './call-target.ts'
import { AccessCheck } from './check-access.ts'
import { chooseTargets, type TargetChoice } from './choose-targets.ts'
import { ofOneModel } from './one-model.ts'
import type { RoutedCall } from './routed-call.ts'
import type { RouteIndex } from './route-index.ts'
import { priority } from './strategies/priority.ts'
import { unfitnessOf } from './unfitness.ts'

/** What calls are routed by, for one configuration. */
export interface RoutingTable {
  readonly routes: RouteIndex
  /** By `namespace/name`. */
  readonly providers: ReadonlyMap<string, ProviderRuntime>
  /** Tried in this order for a model that no route matches. */
  readonly defaultProviders: readonly ProviderRuntime[]
  readonly prices: ModelPrices
  /** The AccessPolicies; undefined if there are none. */
  readonly accessRules: AccessRules | undefined
}

/** The targets of a call, and the rule that they come from. */
export interface MatchedRoute extends TargetChoice<CallTarget> {
  /** `policy/rule`, or `default` for the gateway's default providers. */
  readonly label: string
  /** The rule; undefined for the gateway's default providers. */
  readonly route: Route | undefined
  readonly retry: RetrySettings
  /** The rule's limits of time; undefined without a rule. */
  readonly timeouts: AnswerTimeouts | undefined
  /** By which the call was admitted; undefined without AccessPolicies. */
  readonly access: AccessCheck | undefined
  /** Targets that an AccessPolicy keeps the caller from: it is told nothing of them. */
  readonly denied: readonly CallTarget[]
  /** Where copies go; undefined if no call is copied, or the target cannot answer this one. */
  readonly mirror: RouteMirror | undefined
}

/** Where a share of the calls is copied to. */
interface RouteMirror {
  readonly target: CallTarget
  /** From 0 to 100. */
  readonly percent: number
}

const everyCondition: RetrySettings['conditions'] = [
  'RateLimited',
  'ServerError',
  'Timeout',
  'Connect',
]

/**
 * The first route that matches, or the default providers that serve the model, with the targets that
 * can answer the call; `targets` is empty if none can. What the caller may not use does not exist for
 * it. Throws `model_not_found`, `no_targets` if the route has no usable target, and what
 * `AccessCheck.admit` throws.
 */
export function findRoute(
  call: RoutedCall,
  table: RoutingTable,
  random: () => number,
): MatchedRoute {
  const { caller, model: asked } = call
  if (!caller.mayUseModel(asked)) {
    throw new AccessRefused(
      { policy: undefined, resource: 'Model' },
      gatewayError.modelNotFound(asked),
    )
  }
  const access = table.accessRules && new AccessCheck(table.accessRules, call)
  access?.admit()
  const found = table.routes.find(call)
  if (found === undefined) return defaultRoute(call, table, random, access)
  const { label, route, strategy } = found
  const targets = route.targets.flatMap(({ name, provider, model, weight }) => {
    const runtime = table.providers.get(provider)
    if (runtime === undefined) return []
    const target = { name, provider: runtime, model: model ?? call.model, weight }
    return [new CallTarget(target, table.prices)]
  })
  if (targets.length === 0) throw gatewayError.noTargets(label)
  access?.admit(route)
  const mirror = mirrorOf(route, call, table)
  const { others, same } = ofOneModel(targets, call.operation)
  const { allowed, denied } = accessibleTargets(same, asked, access, route)
  const choice = chooseTargets(allowed, call, { strategy, stickiness: route.stickiness }, random)
  return {
    label,
    route,
    retry: route.retry,
    timeouts: route.timeouts,
    mirror: mirror && access?.refusalOf(mirror.target, route) ? undefined : mirror,
    access,
    denied,
    ...choice,
    unfit: [...choice.unfit, ...others],
  }
}

const none: readonly CallTarget[] = []

/** The targets that the caller may use. Throws `model_not_found` if there are none. */
function accessibleTargets(
  targets: readonly CallTarget[],
  model: string,
  access: AccessCheck | undefined,
  route?: Route,
): { readonly allowed: readonly CallTarget[]; readonly denied: readonly CallTarget[] } {
  if (access === undefined) return { allowed: targets, denied: none }
  const denied: CallTarget[] = []
  let policy: string | undefined
  const allowed = targets.filter((target) => {
    const refusedBy = access.refusalOf(target, route)
    if (refusedBy === undefined) return true
    policy ??= refusedBy.policy
    denied.push(target)
    return false
  })
  if (allowed.length > 0) return { allowed, denied }
  throw new AccessRefused({ policy, resource: 'Provider' }, gatewayError.modelNotFound(model))
}

/**
 * The same with at least one target. Throws also `no_capable_target`, or `context_length_exceeded` if
 * the call is only too long.
 */
export function matchRoute(
  call: RoutedCall,
  table: RoutingTable,
  random: () => number,
): MatchedRoute {
  const found = findRoute(call, table, random)
  if (found.targets.length > 0) return found
  throw noFitTarget(found)
}

/** Why none of a route's targets can answer a call. */
export function noFitTarget({ label, unfit }: MatchedRoute): ModelError {
  const reasons = unfit.map(({ target, reason }) => `${target.name}: ${reason}`)
  return unfit.every(({ tooLong }) => tooLong)
    ? gatewayError.contextTooLong(label, reasons)
    : gatewayError.noCapableTarget(label, reasons)
}

function defaultRoute(
  call: RoutedCall,
  table: RoutingTable,
  random: () => number,
  access: AccessCheck | undefined,
): MatchedRoute {
  const { model } = call
  const targets = table.defaultProviders
    .filter((provider) => provider.serves(model))
    .map(
      (provider) =>
        new CallTarget({ name: provider.key, provider, model, weight: 1 }, table.prices),
    )
  if (targets.length === 0) throw gatewayError.modelNotFound(model)
  const { others, same } = ofOneModel(targets, call.operation)
  const { allowed, denied } = accessibleTargets(same, model, access)
  const settings = { strategy: priority, stickiness: undefined }
  const choice = chooseTargets(allowed, call, settings, random)
  return {
    label: 'default',
    route: undefined,
    timeouts: undefined,
    // Each default provider is tried once.
    retry: { attempts: Math.max(0, choice.targets.length - 1), conditions: everyCondition },
    mirror: undefined,
    access,
    denied,
    ...choice,
    unfit: [...choice.unfit, ...others],
  }
}

function mirrorOf(
  { mirror }: Route,
  call: RoutedCall,
  table: RoutingTable,
): RouteMirror | undefined {
  const provider = mirror && table.providers.get(mirror.provider)
  if (mirror === undefined || provider === undefined) return undefined
  const model = mirror.model ?? call.model
  const target = new CallTarget({ name: 'mirror', provider, model, weight: 1 }, table.prices)
  const isFit = unfitnessOf(target, call) === undefined
  return isFit ? { target, percent: mirror.percent } : undefined
}
