import { ModelError } from '@fairlead/llm'
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

/** Rules that are named at most. */
const rulesMax = 1000

const noRules = { rules: [], more_rules: 0 }

/**
 * Where a call would go now, and why, as JSON: the rules that are tried before the one that matches,
 * the targets in their order, and what was passed over. Asks and changes nothing. A call that would
 * fail before any provider is asked has its error in `error`.
 */
export function explainRoute(call: RoutedCall, table: RoutingTable, random: () => number): object {
  const asked = {
    object: 'route',
    model: call.model,
    consumer: call.caller.consumer === '' ? null : call.caller.consumer,
    input_tokens: call.inputTokens,
    features: [...call.features],
  }
  let found: MatchedRoute
  try {
    found = findRoute(call, table, random)
  } catch (error) {
    if (!(error instanceof ModelError)) throw error
    // What a caller may not use, it is told nothing about.
    const rules = error.kind === 'permission' ? noRules : rulesOf(call, table)
    return { ...asked, ...rules, ...failed(error) }
  }
  const targets = byAvailability(found.targets, call.nowMs)
  return {
    ...asked,
    ...rulesOf(call, table),
    route: found.label,
    strategy: found.route?.strategy ?? null,
    sticky: stickinessOf(found),
    targets: targets.map((target) => presented(target, call)),
    passed_over: found.unfit.map(({ target, reason }) => ({ ...named(target), reason })),
    mirror:
      found.mirror === undefined
        ? null
        : { ...named(found.mirror.target), percent: found.mirror.percent },
    error: targets.length === 0 ? presentedError(noFitTarget(found)) : null,
  }
}

function rulesOf(call: RoutedCall, { routes }: RoutingTable): object {
  const { routes: considered, more } = routes.mismatches(call, rulesMax)
  const rules = considered.map(({ label, reason }) => ({ route: label, reason }))
  return { rules, more_rules: more }
}

function failed(error: ModelError): object {
  return {
    route: null,
    strategy: null,
    sticky: null,
    targets: [],
    passed_over: [],
    mirror: null,
    error: presentedError(error),
  }
}

function presentedError({ status, code, message }: ModelError): object {
  return { status, code, message }
}

/** Null without stickiness; without a key the call lacks what it would stick to. */
function stickinessOf({ route, stickyKey }: MatchedRoute): object | null {
  const stickiness = route?.stickiness
  return stickiness === undefined ? null : { ...stickiness, key: stickyKey ?? null }
}

function named({ name, provider, model }: CallTarget): object {
  return { target: name, provider: provider.key, model }
}

function presented(target: CallTarget, call: RoutedCall): object {
  const { inputPerMillion, outputPerMillion } = target.price ?? {}
  const latencyMs = target.measurements.latency(call.stream).measured
  return {
    ...named(target),
    weight: target.weight,
    health: target.health,
    available_in_ms: Math.max(0, Math.ceil(availableAtMs(target) - call.nowMs)),
    in_flight: target.inFlight,
    latency_ms: latencyMs === undefined ? null : Math.round(latencyMs),
    price: target.price
      ? { input_per_million: inputPerMillion, output_per_million: outputPerMillion }
      : null,
    cost: callCost(target, call) ?? null,
  }
}
