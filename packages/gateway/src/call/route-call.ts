import { findRoute, type MatchedRoute, noFitTarget } from '../routing/match-route.ts'
import type { Call } from './call.ts'
import { noteShadowRefusals } from './note-access.ts'
import { routedCallOf } from './routed-call-of.ts'

/**
 * Finds the route of a call, and notes in its record which model, and which targets cannot answer.
 * Sets `call.routed`. Throws what `matchRoute` throws.
 */
export function routeCall(call: Call): MatchedRoute {
  const { caller, dialect, http, record, request, services, table } = call
  const { headers } = http.request
  const nowMs = services.clock.monotonicMs()
  call.routed = routedCallOf(request, { caller, headers, dialect, nowMs })
  const route = findRoute(call.routed, table, services.random)
  record.model = request.model
  record.route = route.label
  if (route.access !== undefined) {
    noteShadowRefusals(route.access.shadowRefusals, record, services.metrics)
  }
  for (const { name, model, provider } of route.denied) {
    const reason = 'an AccessPolicy does not let the caller use it'
    record.passedOver.push({ target: name, provider: provider.key, model, reason, hidden: true })
  }
  for (const { target, reason } of route.unfit) {
    record.passedOver.push({
      target: target.name,
      provider: target.provider.key,
      model: target.model,
      reason,
    })
  }
  if (route.targets.length === 0) throw noFitTarget(route)
  return route
}
