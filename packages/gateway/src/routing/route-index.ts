import type { Route } from '@fairlead/snapshot'
import type { Caller } from '../access/caller.ts'
import { compilePattern } from '../access/name-pattern.ts'
import type { RoutedCall } from './routed-call.ts'
import type { RoutingStrategy } from './routing-strategy.ts'

interface CompiledRoute {
  readonly route: Route
  readonly strategy: RoutingStrategy
  /** `policy/rule`, as `x-fairlead-route` shows it. */
  readonly label: string
  matches(call: RoutedCall): boolean
}

/** Finds the first route that matches. Exact model names are looked up, not walked through. */
export interface RouteIndex {
  find(call: RoutedCall): CompiledRoute | undefined
  /** Model names that routes spell out. */
  readonly modelNames: readonly string[]
}

/** Throws for a route whose strategy is not among those given. */
export function buildRouteIndex(
  routes: readonly Route[],
  strategies: readonly RoutingStrategy[],
): RouteIndex {
  const byType = new Map(strategies.map((strategy) => [strategy.type, strategy]))
  const compiled = routes.map((route) => compileRoute(route, byType))
  const modelNames = new Set(compiled.flatMap((route) => route.models.exactNames))
  const byModel = new Map<string, readonly CompiledRoute[]>()
  for (const name of modelNames) {
    byModel.set(
      name,
      compiled.filter((route) => route.matchesModel(name)),
    )
  }
  const others = compiled.filter((route) => route.anyModel || route.models.hasPrefixes)
  return {
    modelNames: [...modelNames],
    find: (call) => (byModel.get(call.model) ?? others).find((route) => route.matches(call)),
  }
}

function compileRoute(route: Route, strategies: ReadonlyMap<string, RoutingStrategy>) {
  const { match } = route
  const label = `${route.policy.name}/${route.rule}`
  const strategy = strategies.get(route.strategy)
  if (strategy === undefined) {
    throw new Error(`route ${label}: there is no routing strategy ${route.strategy}`)
  }
  const models = compilePattern(match.models)
  const anyModel = match.models.length === 0
  const matchesModel = (model: string) => anyModel || models.matches(model)
  return {
    route,
    label,
    strategy,
    models,
    anyModel,
    matchesModel,
    matches: (call: RoutedCall) =>
      matchesModel(call.model) &&
      matchesGroups(match.groups, call.caller) &&
      namesResource(match.consumers, route.policy.namespace, call.caller) &&
      match.headers.every((header) => call.headers[header.name] === header.value) &&
      namesResource(match.promptTemplates, route.policy.namespace, call.prompt) &&
      isWithin(match.inputTokens, call.inputTokens),
  }
}

function isWithin(range: Route['match']['inputTokens'], tokens: number): boolean {
  return range === undefined || (tokens >= range.min && tokens <= (range.max ?? Infinity))
}

function matchesGroups(groups: readonly string[], caller: Caller): boolean {
  return groups.length === 0 || groups.some((group) => caller.groups.has(group))
}

/** Whether the list is empty or names the resource; without a namespace, the policy's is meant. */
function namesResource(
  names: readonly string[],
  policyNamespace: string,
  resource: { readonly namespace: string; readonly name: string } | undefined,
): boolean {
  if (names.length === 0) return true
  if (resource === undefined || resource.name === '') return false
  if (names.includes(`${resource.namespace}/${resource.name}`)) return true
  return resource.namespace === policyNamespace && names.includes(resource.name)
}
