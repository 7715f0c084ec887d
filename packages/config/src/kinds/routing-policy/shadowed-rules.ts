import { canonicalJson } from '@fairlead/base'
import type { Route, RouteMatch } from '@fairlead/snapshot'
import { resourceKey } from '../../values/resource-key.ts'

/** How many rules with one value in common are compared; further ones are not. */
const comparedMax = 100

/** A route with its place in the order in which routes are tried. */
interface Placed {
  readonly place: number
  readonly route: Route
}

/**
 * Rules that can never match, because one that is tried before them matches all their calls: what to
 * say of them, by the `namespace/name` of their policy. Routes are given in the order in which they
 * are tried. A rule is only compared with those that have a value in common with it, and with at most
 * `comparedMax` for each value.
 */
export function shadowedRules(routes: readonly Route[]): ReadonlyMap<string, string> {
  const earlier = new EarlierRules()
  const found = new Map<string, string[]>()
  for (const [place, route] of routes.entries()) {
    const shadow = earlier.firstThatCovers(route.match)
    if (shadow !== undefined) {
      const key = policyOf(route)
      found.set(key, [...(found.get(key) ?? []), describe(route, shadow)])
    }
    earlier.add({ place, route })
  }
  return new Map(Array.from(found, ([key, rules]) => [key, rules.join('; ')]))
}

/** Rules by a value that whatever they cover has, too. */
class EarlierRules {
  readonly #byValue = new Map<string, Placed[]>()
  /** Of prefixes of models. */
  readonly #prefixLengths = new Set<number>()

  add(placed: Placed): void {
    for (const pattern of placed.route.match.models) {
      if (pattern.endsWith('*')) this.#prefixLengths.add(pattern.length - 1)
    }
    for (const value of filedUnder(placed.route.match)) {
      const filed = this.#byValue.get(value)
      if (filed === undefined) this.#byValue.set(value, [placed])
      else if (filed.length < comparedMax) filed.push(placed)
    }
  }

  firstThatCovers(match: RouteMatch): Route | undefined {
    let first: Placed | undefined
    for (const value of this.#soughtUnder(match)) {
      const covering = this.#byValue.get(value)?.find(({ route }) => covers(route.match, match))
      if (covering !== undefined && covering.place < (first?.place ?? Infinity)) first = covering
    }
    return first?.route
  }

  #soughtUnder({ consumers, groups, headers, models, promptTemplates }: RouteMatch): string[] {
    const first = (kind: string, names: readonly string[]) =>
      names.slice(0, 1).map((name) => `${kind} ${name}`)
    return [
      ...first('consumer', consumers),
      ...first('prompt', promptTemplates),
      ...models.slice(0, 1).flatMap((pattern) => this.#patternsFor(pattern)),
      ...first('group', groups),
      ...headers.map((header) => `header ${canonicalJson(header)}`),
      'any',
    ]
  }

  /** The patterns of earlier rules that match what a pattern matches. */
  #patternsFor(pattern: string): string[] {
    const text = withoutStar(pattern)
    const lengths = [...this.#prefixLengths].filter((length) => length <= text.length)
    const prefixes = lengths.map((length) => `model ${text.slice(0, length)}*`)
    return pattern.endsWith('*') ? prefixes : [`model ${pattern}`, ...prefixes]
  }
}

const policyOf = ({ policy }: Route): string => resourceKey(policy.namespace, policy.name)

function describe(route: Route, shadow: Route): string {
  const isOwn = policyOf(route) === policyOf(shadow)
  const which = isOwn ? 'above it' : `of RoutingPolicy ${policyOf(shadow)}, which comes first,`
  return `rule ${route.rule} never matches, because rule ${shadow.rule} ${which} matches all its calls`
}

/** Values one of which every rule has that is covered by this one. */
function filedUnder({ consumers, groups, headers, models, promptTemplates }: RouteMatch): string[] {
  if (consumers.length > 0) return consumers.map((each) => `consumer ${each}`)
  if (promptTemplates.length > 0) return promptTemplates.map((each) => `prompt ${each}`)
  if (models.length > 0) return models.map((each) => `model ${each}`)
  if (groups.length > 0) return groups.map((each) => `group ${each}`)
  const [header] = headers
  return [header === undefined ? 'any' : `header ${canonicalJson(header)}`]
}

const withoutStar = (pattern: string): string =>
  pattern.endsWith('*') ? pattern.slice(0, -1) : pattern

/** Whether the first match holds for every call for which the second does. */
function covers(wide: RouteMatch, narrow: RouteMatch): boolean {
  const { models, groups, consumers, headers, promptTemplates, inputTokens, ...others } = wide
  return (
    coversNames(consumers, narrow.consumers) &&
    coversNames(promptTemplates, narrow.promptTemplates) &&
    coversNames(groups, narrow.groups) &&
    headers.every(({ name, value }) =>
      narrow.headers.some((header) => header.name === name && header.value === value),
    ) &&
    coversModels(models, narrow.models) &&
    coversRange(inputTokens, narrow.inputTokens) &&
    coversOthers(others, narrow)
  )
}

/** Any one of the names matches; none at all matches everything. */
function coversNames(wide: readonly string[], narrow: readonly string[]): boolean {
  if (wide.length === 0) return true
  return narrow.length > 0 && narrow.every((name) => wide.includes(name))
}

function coversModels(wide: readonly string[], narrow: readonly string[]): boolean {
  if (wide.length === 0) return true
  const prefixes = wide.filter((pattern) => pattern.endsWith('*')).map(withoutStar)
  return (
    narrow.length > 0 &&
    narrow.every(
      (pattern) =>
        wide.includes(pattern) ||
        prefixes.some((prefix) => withoutStar(pattern).startsWith(prefix)),
    )
  )
}

function coversRange(wide: RouteMatch['inputTokens'], narrow: RouteMatch['inputTokens']): boolean {
  if (wide === undefined) return true
  return (narrow?.min ?? 0) >= wide.min && (narrow?.max ?? Infinity) <= (wide.max ?? Infinity)
}

/** Conditions of which only their equality is known: none, or the same. */
function coversOthers(wide: object, narrow: object): boolean {
  const other = new Map(Object.entries(narrow))
  return Object.entries(wide).every(
    ([name, condition]) => isNone(condition) || isEqual(condition, other.get(name)),
  )
}

function isNone(condition: unknown): boolean {
  return (
    condition === undefined ||
    condition === '' ||
    (Array.isArray(condition) && condition.length === 0)
  )
}

const isEqual = (left: unknown, right: unknown): boolean =>
  right !== undefined && canonicalJson(left) === canonicalJson(right)
