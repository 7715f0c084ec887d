import type { AnswerTimeouts, RetrySettings, Route } from '@fairlead/snapshot'
import type { ModelError } from '@fairlead/llm'
import { gatewayError } from '../errors/gateway-error.ts'
import type { ModelPrices } from '../prices/gateway-prices.ts'
import type { ProviderRuntime } from '../providers/provider-runtime.ts'
import { CallTarget } from './call-target.ts'
import { chooseTargets, type TargetChoice } from './choose-targets.ts'
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
 * can answer the call; `targets` is empty if none can. Throws `model_not_allowed`,
 * `model_not_found`, or `no_targets` if the route has no usable target.
 */
export function findRoute(
  call: RoutedCall,
  table: RoutingTable,
  random: () => number,
): MatchedRoute {
  const { caller, model: asked } = call
  if (!caller.mayUseModel(asked)) {
    throw gatewayError.notAllowed('model', asked, caller.consumer === '')
  }
  const found = table.routes.find(call)
  if (found === undefined) return defaultRoute(call, table, random)
  const { label, route, strategy } = found
  const targets = route.targets.flatMap(({ name, provider, model, weight }) => {
    const runtime = table.providers.get(provider)
    if (runtime === undefined) return []
    const target = { name, provider: runtime, model: model ?? call.model, weight }
    return [new CallTarget(target, table.prices)]
  })
  if (targets.length === 0) throw gatewayError.noTargets(label)
  return {
    label,
    route,
    retry: route.retry,
    timeouts: route.timeouts,
    mirror: mirrorOf(route, call, table),
    ...chooseTargets(targets, call, { strategy, stickiness: route.stickiness }, random),
  }
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

function defaultRoute(call: RoutedCall, table: RoutingTable, random: () => number): MatchedRoute {
  const { model } = call
  const targets = table.defaultProviders
    .filter((provider) => provider.serves(model))
    .map(
      (provider) =>
        new CallTarget({ name: provider.key, provider, model, weight: 1 }, table.prices),
    )
  if (targets.length === 0) throw gatewayError.modelNotFound(model)
  const choice = chooseTargets(targets, call, { strategy: priority, stickiness: undefined }, random)
  return {
    label: 'default',
    route: undefined,
    timeouts: undefined,
    // Each default provider is tried once.
    retry: { attempts: Math.max(0, choice.targets.length - 1), conditions: everyCondition },
    mirror: undefined,
    ...choice,
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
  const isFit = unfitnessOf(target.facts, call) === undefined
  return isFit ? { target, percent: mirror.percent } : undefined
}
