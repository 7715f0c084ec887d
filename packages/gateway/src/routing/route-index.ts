import { ConditionCompiler } from '@fairlead/cel'
import type { Route } from '@fairlead/snapshot'
import { compileNamePattern } from '../access/name-pattern.ts'
import { contentConditions, type OnConditionFailure } from './content-match.ts'
import type { RoutedCall } from './routed-call.ts'
import { conditionsOf, type RouteCondition } from './route-conditions.ts'
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
  /** All its conditions together. */
  readonly mismatch: RouteCondition
}

/** A route with its place in the evaluation order. */
interface Candidate {
  readonly place: number
  readonly route: CompiledRoute
}

interface RouteMismatches {
  readonly routes: readonly { readonly label: string; readonly reason: string }[]
  readonly more: number
}

/**
 * Finds the first route that matches. What it costs depends on the routes that name the call's model
 * and on those with a pattern or for any model, however many other routes there are.
 */
export interface RouteIndex {
  find(call: RoutedCall): CompiledRoute | undefined
  /**
   * The routes that are tried before the one that matches, in their order, each with the reason why
   * the call does not match; at most `countMax`, and how many more there are.
   */
  mismatches(call: RoutedCall, countMax: number): RouteMismatches
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
    const ordered: CompiledRoute[] = []
    for (const [place, one] of routes.entries()) {
      const route = this.#prepare(one)
      ordered.push(route)
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
      mismatches: (call, countMax) => mismatches(call, ordered, countMax),
    }
  }

  #prepare(route: Route): CompiledRoute {
    const known = this.#compiled.get(route)
    if (known !== undefined) return known
    const { match } = route
    const label = labelOf(route)
    const conditions = [
      ...conditionsOf(route),
      // Last, because they cost most.
      ...contentConditions(match, label, this.#conditions, this.#onConditionFailure),
    ]
    const compiled = compileRoute(route, this.#strategies, conditions)
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
    if (next === undefined || next.route.mismatch(call) === undefined) return next?.route
    if (isLeft) inNamed += 1
    else inOthers += 1
  }
}

function mismatches(
  call: RoutedCall,
  ordered: readonly CompiledRoute[],
  countMax: number,
): RouteMismatches {
  const routes: { label: string; reason: string }[] = []
  let more = 0
  for (const { label, mismatch } of ordered) {
    const reason = mismatch(call)
    if (reason === undefined) break
    if (routes.length < countMax) routes.push({ label, reason })
    else more += 1
  }
  return { routes, more }
}

function compileRoute(
  route: Route,
  strategies: ReadonlyMap<string, RoutingStrategy>,
  conditions: readonly RouteCondition[],
): CompiledRoute {
  const { match } = route
  const label = labelOf(route)
  const strategy = strategies.get(route.strategy)
  if (strategy === undefined) {
    throw new Error(`route ${label}: there is no routing strategy ${route.strategy}`)
  }
  const models = compileNamePattern(match.models)
  const anyModel = match.models.length === 0
  return {
    route,
    label,
    strategy,
    exactModels: models.exactNames,
    onlyModels: anyModel || models.hasPrefixes ? undefined : models.exactNames,
    mismatch: (call) => {
      for (const condition of conditions) {
        const reason = condition(call)
        if (reason !== undefined) return reason
      }
      return undefined
    },
  }
}

const labelOf = ({ policy, rule }: Route): string => `${policy.name}/${rule}`
