import { ModelError } from '@fairlead/llm'
import { dollarsOf } from '@fairlead/usage'
import { AccessRefused } from '../../access/rules/access-refused.ts'
import { availableAtMs, byAvailability } from '../../attempts/available-targets.ts'
import { callCost } from '../../routing/call-cost.ts'
import type { CallTarget } from '../../routing/call-target.ts'
import {
  findRoute,
  type MatchedRoute,
  noFitTarget,
  type RoutingTable,
} from '../../routing/match-route.ts'
import type { RoutedCall } from '../../routing/routed-call.ts'
import type { ForeseeAdaptation } from './foreseen-adaptation.ts'
import type { ExplainedTarget, NamedTarget, RouteExplanation } from './route-explanation.ts'

/** Rules that are named at most. */
const rulesMax = 1000

const noRules = { rules: [], more_rules: 0 }

const nowhere = {
  route: null,
  strategy: null,
  sticky: null,
  targets: [],
  passed_over: [],
  mirror: null,
}

/**
 * Where a call would go now, and why. Asks and changes nothing. A call that would fail before any
 * provider is asked has its error in `error`.
 */
export function explainRoute(
  call: RoutedCall,
  table: RoutingTable,
  random: () => number,
  foresee: ForeseeAdaptation,
): RouteExplanation {
  const asked = {
    object: 'route',
    model: call.model,
    consumer: call.caller.consumer === '' ? null : call.caller.consumer,
    input_tokens: call.inputTokens,
    features: [...call.features],
  } as const
  try {
    const route = findRoute(call, table, random)
    return { ...asked, ...rulesOf(call, table), ...found(route, call, foresee) }
  } catch (error) {
    if (!(error instanceof ModelError)) throw error
    // What a caller may not use, it is told nothing about.
    const isRefused = error instanceof AccessRefused
    const rules = isRefused ? noRules : rulesOf(call, table)
    const refused_by = isRefused ? refusedBy(error) : null
    return { ...asked, ...rules, ...nowhere, refused_by, error: presentedError(error) }
  }
}

function rulesOf(
  call: RoutedCall,
  { routes }: RoutingTable,
): Pick<RouteExplanation, 'rules' | 'more_rules'> {
  const { routes: considered, more } = routes.mismatches(call, rulesMax)
  const rules = considered.map(({ label, reason }) => ({ route: label, reason }))
  return { rules, more_rules: more }
}

function found(route: MatchedRoute, call: RoutedCall, foresee: ForeseeAdaptation) {
  const { mirror, unfit } = route
  const targets: ExplainedTarget[] = []
  const refusing: { readonly target: CallTarget; readonly error: ModelError }[] = []
  for (const target of byAvailability(route.targets, call.nowMs).targets) {
    const adapted = foresee(target)
    if (typeof adapted === 'string') targets.push(explained(target, call, adapted))
    else refusing.push({ target, error: adapted })
  }
  const error = route.targets.length === 0 ? noFitTarget(route) : refusing[0]?.error
  return {
    route: route.label,
    strategy: route.route?.strategy ?? null,
    sticky: stickinessOf(route),
    targets,
    passed_over: [
      ...unfit.map(({ target, reason }) => ({ ...named(target), reason })),
      ...refusing.map(({ target, error: { message } }) => ({ ...named(target), reason: message })),
    ],
    refused_by: null,
    mirror: mirror ? { ...named(mirror.target), percent: mirror.percent } : null,
    error: targets.length === 0 && error !== undefined ? presentedError(error) : null,
  }
}

function refusedBy({ policy }: AccessRefused): string {
  return policy === undefined ? 'spec.access' : `AccessPolicy ${policy}`
}

function presentedError({ status, code, message }: ModelError): RouteExplanation['error'] {
  return { status, code, message }
}

function stickinessOf({ route, stickyKey }: MatchedRoute): RouteExplanation['sticky'] {
  const stickiness = route?.stickiness
  return stickiness === undefined ? null : { ...stickiness, key: stickyKey ?? null }
}

function named({ name, provider, model }: CallTarget): NamedTarget {
  return { target: name, provider: provider.key, model }
}

function explained(target: CallTarget, call: RoutedCall, adapted: string): ExplainedTarget {
  const latencyMs = target.measurements.latency(call.stream).measured
  return {
    ...named(target),
    weight: target.weight,
    health: target.health,
    available_in_ms: Math.max(0, Math.ceil(availableAtMs(target) - call.nowMs)),
    in_flight: target.inFlight,
    latency_ms: latencyMs === undefined ? null : Math.round(latencyMs),
    quota_remaining: target.quotaShare(call) ?? null,
    model_facts: factsOf(target),
    price: priceOf(target),
    adapted: adapted === '' ? null : adapted,
    cost: costOf(target, call),
  }
}

function priceOf({ foundPrice: { price, source } }: CallTarget): ExplainedTarget['price'] {
  if (price === undefined || source === undefined) return null
  const { input, output } = price.perMillion
  return { input_per_million: input ?? null, output_per_million: output ?? null, source }
}

function costOf(target: CallTarget, call: RoutedCall): number | null {
  const nanodollars = callCost(target, call)
  return nanodollars === undefined ? null : Number(dollarsOf(nanodollars))
}

function factsOf({ facts }: CallTarget): ExplainedTarget['model_facts'] {
  if (facts === undefined) return null
  const { capabilities, contextWindow, fromCatalogue, maxOutputTokens } = facts
  return {
    context_window: contextWindow ?? null,
    max_output_tokens: maxOutputTokens ?? null,
    capabilities: capabilities.length === 0 ? null : capabilities,
    from_catalogue: fromCatalogue,
  }
}
