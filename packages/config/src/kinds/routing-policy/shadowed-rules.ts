import { canonicalJson } from '@fairlead/base'
import type { Route, RouteMatch } from '@fairlead/snapshot'
import { resourceKey } from '../../values/resource-key.ts'

/** A route with its place in the order in which routes are tried. */
interface Placed {
  readonly place: number
  readonly route: Route
}

/**
 * Rules that can never match, because one that is tried before them matches all their calls: what to
 * say of them, by the `namespace/name` of their policy. Routes are given in the order in which they
 * are tried. A rule is only compared with those that have a value in common with it.
 */
export function shadowedRules(routes: readonly Route[]): ReadonlyMap<string, string> {
  const earlier = new Map<string, Placed[]>()
  const found = new Map<string, string[]>()
  for (const [place, route] of routes.entries()) {
    const shadow = firstThatCovers(route.match, earlier)
    if (shadow !== undefined) {
      const key = policyOf(route)
      found.set(key, [...(found.get(key) ?? []), describe(route, shadow)])
    }
    for (const value of filedUnder(route.match)) {
      const filed = earlier.get(value)
      if (filed === undefined) earlier.set(value, [{ place, route }])
      else filed.push({ place, route })
    }
  }
  return new Map(Array.from(found, ([key, rules]) => [key, rules.join('; ')]))
}

const policyOf = ({ policy }: Route): string => resourceKey(policy.namespace, policy.name)

function describe(route: Route, shadow: Route): string {
  const isOwn = policyOf(route) === policyOf(shadow)
  const which = isOwn ? 'above it' : `of RoutingPolicy ${policyOf(shadow)}, which comes first,`
  return `rule ${route.rule} never matches, because rule ${shadow.rule} ${which} matches all its calls`
}

function firstThatCovers(
  match: RouteMatch,
  earlier: ReadonlyMap<string, readonly Placed[]>,
): Route | undefined {
  let first: Placed | undefined
  for (const value of soughtUnder(match)) {
    const covering = earlier.get(value)?.find(({ route }) => covers(route.match, match))
    if (covering !== undefined && covering.place < (first?.place ?? Infinity)) first = covering
  }
  return first?.route
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

/** Where rules are filed that may cover this one. */
function soughtUnder({
  consumers,
  groups,
  headers,
  models,
  promptTemplates,
}: RouteMatch): string[] {
  const first = (kind: string, names: readonly string[]) =>
    names.slice(0, 1).map((name) => `${kind} ${name}`)
  return [
    ...first('consumer', consumers),
    ...first('prompt', promptTemplates),
    ...models.slice(0, 1).flatMap(patternsFor),
    ...first('group', groups),
    ...headers.map((header) => `header ${canonicalJson(header)}`),
    'any',
  ]
}

/** All patterns that match what a pattern matches. */
function patternsFor(pattern: string): string[] {
  const text = withoutStar(pattern)
  const prefixes = Array.from(
    { length: text.length + 1 },
    (_, end) => `model ${text.slice(0, end)}*`,
  )
  return pattern.endsWith('*') ? prefixes : [`model ${pattern}`, ...prefixes]
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
