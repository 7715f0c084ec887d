import { ConditionCompiler } from '@fairlead/cel'
import type { Route } from '@fairlead/snapshot'
import type { Caller } from '../access/caller.ts'
import { compilePattern } from '../access/name-pattern.ts'
import { compileContentMatch, type OnConditionFailure } from './content-match.ts'
import type { RoutedCall } from './routed-call.ts'
import type { RoutingStrategy } from './routing-strategy.ts'

/** A route prepared for calls. */
interface CompiledRoute {
  readonly route: Route
  readonly strategy: RoutingStrategy
  /** `policy/rule`, as `x-fairlead-route` shows it. */
  readonly label: string
  /** Undefined when only these models match; otherwise every model may. */
  readonly onlyModels: readonly string[] | undefined
  readonly exactModels: readonly string[]
  matches(call: RoutedCall): boolean
}

/** A route with its place in the evaluation order. */
interface Candidate {
  readonly place: number
  readonly route: CompiledRoute
}

/**
 * Finds the first route that matches. What it costs depends on the routes that name the call's model
 * and on those with a pattern or for any model, however many other routes there are.
 */
export interface RouteIndex {
  find(call: RoutedCall): CompiledRoute | undefined
  /** The exact model names in routes. */
  readonly modelNames: readonly string[]
}

/** Indexes the routes of one configuration after the other; each route is prepared once. */
export class RouteIndexer {
  readonly #strategies: ReadonlyMap<string, RoutingStrategy>
  readonly #onConditionFailure: OnConditionFailure
  readonly #conditions = new ConditionCompiler()
  readonly #compiled = new WeakMap<Route, CompiledRoute>()

  constructor(
    strategies: readonly RoutingStrategy[],
    onConditionFailure: OnConditionFailure = () => undefined,
  ) {
    this.#strategies = new Map(strategies.map((strategy) => [strategy.type, strategy]))
    this.#onConditionFailure = onConditionFailure
  }

  /**
   * Throws if the strategy of a route is none of those that were given, or its expression does not
   * compile.
   */
  index(routes: readonly Route[]): RouteIndex {
    const byModel = new Map<string, Candidate[]>()
    const others: Candidate[] = []
    const modelNames = new Set<string>()
    for (const [place, one] of routes.entries()) {
      const route = this.#prepare(one)
      for (const name of route.exactModels) modelNames.add(name)
      if (route.onlyModels === undefined) others.push({ place, route })
      for (const name of route.onlyModels ?? []) {
        const candidates = byModel.get(name)
        if (candidates === undefined) byModel.set(name, [{ place, route }])
        else candidates.push({ place, route })
      }
    }
    return {
      modelNames: [...modelNames],
      find: (call) => firstMatch(call, byModel.get(call.model) ?? [], others),
    }
  }

  #prepare(route: Route): CompiledRoute {
    const known = this.#compiled.get(route)
    if (known !== undefined) return known
    const contentMatch = compileContentMatch(
      route.match,
      labelOf(route),
      this.#conditions,
      this.#onConditionFailure,
    )
    const compiled = compileRoute(route, this.#strategies, contentMatch)
    this.#compiled.set(route, compiled)
    return compiled
  }
}

/** The first match of two lists, each in the evaluation order. */
function firstMatch(
  call: RoutedCall,
  named: readonly Candidate[],
  others: readonly Candidate[],
): CompiledRoute | undefined {
  let [inNamed, inOthers] = [0, 0]
  for (;;) {
    const left = named[inNamed]
    const right = others[inOthers]
    const isLeft = left !== undefined && (right === undefined || left.place < right.place)
    const next = isLeft ? left : right
    if (next === undefined || next.route.matches(call)) return next?.route
    if (isLeft) inNamed += 1
    else inOthers += 1
  }
}

function compileRoute(
  route: Route,
  strategies: ReadonlyMap<string, RoutingStrategy>,
  contentMatch: ReturnType<typeof compileContentMatch>,
): CompiledRoute {
  const { match } = route
  const label = labelOf(route)
  const strategy = strategies.get(route.strategy)
  if (strategy === undefined) {
    throw new Error(`route ${label}: there is no routing strategy ${route.strategy}`)
  }
  const models = compilePattern(match.models)
  const anyModel = match.models.length === 0
  return {
    route,
    label,
    strategy,
    exactModels: models.exactNames,
    onlyModels: anyModel || models.hasPrefixes ? undefined : models.exactNames,
    matches: (call: RoutedCall) =>
      (anyModel || models.matches(call.model)) &&
      matchesGroups(match.groups, call.caller) &&
      namesResource(match.consumers, route.policy.namespace, call.caller) &&
      match.headers.every((header) => call.headers.get(header.name) === header.value) &&
      namesResource(match.promptTemplates, route.policy.namespace, call.prompt) &&
      isWithin(match.inputTokens, call.inputTokens) &&
      // Last, because it costs most.
      (contentMatch === undefined || contentMatch(call.content)),
  }
}

const labelOf = ({ policy, rule }: Route): string => `${policy.name}/${rule}`

function isWithin(range: Route['match']['inputTokens'], tokens: number): boolean {
  return range === undefined || (tokens >= range.min && tokens <= (range.max ?? Infinity))
}

function matchesGroups(groups: readonly string[], caller: Caller): boolean {
  return groups.length === 0 || groups.some((group) => caller.groups.has(group))
}

/**
 * Whether the list is empty or names the resource; an unqualified name is in the policy's
 * namespace.
 */
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
