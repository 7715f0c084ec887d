import type { AnswerTimeouts, RetrySettings } from '@fairlead/snapshot'
import { gatewayError } from '../errors/gateway-error.ts'
import type { ProviderRuntime } from '../providers/provider-runtime.ts'
import { CallTarget } from './call-target.ts'
import type { RoutedCall } from './routed-call.ts'
import type { RouteIndex } from './route-index.ts'

/** What calls are routed by, for one configuration. */
export interface RoutingTable {
  readonly routes: RouteIndex
  /** By `namespace/name`. */
  readonly providers: ReadonlyMap<string, ProviderRuntime>
  /** Tried in this order for a model that no route matches. */
  readonly defaultProviders: readonly ProviderRuntime[]
}

/** The targets of a call, and the rule that they come from. */
export interface MatchedRoute {
  /** `policy/rule`, or `default` for the gateway's default providers. */
  readonly label: string
  /** In the order in which they are tried; at least one. */
  readonly targets: readonly CallTarget[]
  readonly retry: RetrySettings
  /** The rule's limits of time; undefined without a rule. */
  readonly timeouts: AnswerTimeouts | undefined
}

const everyCondition: RetrySettings['conditions'] = [
  'RateLimited',
  'ServerError',
  'Timeout',
  'Connect',
]

/**
 * The first route that matches, or the default providers that serve the model. Throws
 * `model_not_allowed`, `model_not_found`, or `no_targets` if the route has no usable target.
 */
export function matchRoute(
  call: RoutedCall,
  table: RoutingTable,
  random: () => number,
): MatchedRoute {
  if (!call.caller.mayUseModel(call.model)) throw gatewayError.notAllowed('model', call.model)
  const found = table.routes.find(call)
  if (found === undefined) return defaultRoute(call.model, table)
  const { label, route, strategy } = found
  const targets = route.targets.flatMap(({ name, provider, model, weight }) => {
    const runtime = table.providers.get(provider)
    return runtime === undefined ? [] : [new CallTarget(name, runtime, model ?? call.model, weight)]
  })
  if (targets.length === 0) throw gatewayError.noTargets(label)
  return {
    label,
    targets: strategy.order(targets, call, random),
    retry: route.retry,
    timeouts: route.timeouts,
  }
}

function defaultRoute(model: string, table: RoutingTable): MatchedRoute {
  const targets = table.defaultProviders
    .filter((provider) => provider.serves(model))
    .map((provider) => new CallTarget(provider.key, provider, model, 1))
  if (targets.length === 0) throw gatewayError.modelNotFound(model)
  return {
    label: 'default',
    targets,
    timeouts: undefined,
    // Each default provider is tried once.
    retry: { attempts: targets.length - 1, conditions: everyCondition },
  }
}
