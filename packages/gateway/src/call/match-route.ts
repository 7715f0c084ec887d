import type { IncomingHttpHeaders } from 'node:http'
import type { RetrySettings, RouteTarget } from '@fairlead/snapshot'
import { gatewayError } from '../gateway-error.ts'
import type { Caller } from '../runtime/caller.ts'
import type { ProviderRuntime } from '../runtime/provider-runtime.ts'
import type { Runtime } from '../runtime/runtime.ts'
import type { ModelCall } from './model-call.ts'

/** Where a call may go, and by which rule. */
export interface MatchedRoute {
  /** `policy/rule`, or `default` for the gateway's default providers. */
  readonly label: string
  readonly strategy: string
  readonly targets: readonly CallTarget[]
  readonly retry: RetrySettings
}

export interface CallTarget {
  readonly name: string
  readonly provider: ProviderRuntime
  /** The model that the provider is asked for. */
  readonly model: string
  readonly weight: number
}

const everyCondition: RetrySettings['conditions'] = [
  'RateLimited',
  'ServerError',
  'Timeout',
  'Connect',
]

/**
 * The first route that matches, or the default providers that serve the model. Throws
 * `model_not_allowed`, `model_not_found`, or `no_targets` when the route has none that is usable.
 */
export function matchRoute(
  call: ModelCall,
  caller: Caller,
  headers: IncomingHttpHeaders,
  runtime: Runtime,
): MatchedRoute {
  if (!caller.mayUseModel(call.model)) throw gatewayError.notAllowed('model', call.model)
  const { model, prompt, sent } = call
  const { inputTokens } = sent
  const found = runtime.routes.find({ model, caller, headers, prompt, inputTokens })
  if (found === undefined) return defaultRoute(call.model, runtime)
  const targets = found.route.targets.flatMap((target) => routeTarget(target, call.model, runtime))
  if (targets.length === 0) throw gatewayError.noTargets(found.label)
  return {
    label: found.label,
    strategy: found.route.strategy,
    targets,
    retry: found.route.retry,
  }
}

function routeTarget(target: RouteTarget, asked: string, runtime: Runtime): CallTarget[] {
  const provider = runtime.providers.get(target.provider)
  if (provider === undefined) return []
  const model = provider.realModel(target.model ?? asked)
  return [{ name: target.name, provider, model, weight: target.weight }]
}

function defaultRoute(model: string, runtime: Runtime): MatchedRoute {
  const targets = runtime.defaultProviders
    .filter((provider) => provider.serves(model))
    .map((provider) => ({
      name: provider.key,
      provider,
      model: provider.realModel(model),
      weight: 1,
    }))
  if (targets.length === 0) throw gatewayError.modelNotFound(model)
  return {
    label: 'default',
    strategy: 'Priority',
    targets,
    // The next default provider is tried, the same one is not asked twice.
    retry: { attempts: targets.length - 1, conditions: everyCondition },
  }
}
