import { append } from '@fairlead/base'
import { pathCovers, type PolicyRule } from './policy-rule.ts'

/**
 * How many comparisons of a single permission with a held rule one check may take, about 50 ms.
 * What is left after that counts as not held: a role that multiplies thousands of resources with
 * thousands of names must not stop the server.
 */
const comparisonsMax = 1_000_000

/**
 * What of the `wanted` rules the `held` ones do not cover, as single permissions of which those on
 * one resource are put together again (Covers and CompactRules of Kubernetes' RBAC).
 */
export function uncoveredRules(
  held: readonly PolicyRule[],
  wanted: readonly PolicyRule[],
): PolicyRule[] {
  const heldRules = held.map(heldRule)
  const missing: PolicyRule[] = []
  let comparisons = 0
  for (const rule of wanted) {
    if (!isEmpty(rule) && heldRules.some((each) => covers(each, rule))) continue
    for (const permission of permissionsOf(rule)) {
      if (comparisons > comparisonsMax) {
        missing.push(rule)
        break
      }
      comparisons += heldRules.length
      if (!heldRules.some((each) => covers(each, permission))) missing.push(permission)
    }
  }
  return compacted(missing)
}

/** A rule that takes linear time to compare with another. */
interface HeldRule {
  readonly verbs: ReadonlySet<string>
  readonly apiGroups: ReadonlySet<string>
  readonly resources: ReadonlySet<string>
  readonly resourceNames: ReadonlySet<string>
  readonly nonResourceURLs: readonly string[]
}

function heldRule(rule: PolicyRule): HeldRule {
  return {
    verbs: new Set(rule.verbs),
    apiGroups: new Set(rule.apiGroups),
    resources: new Set(rule.resources),
    resourceNames: new Set(rule.resourceNames),
    nonResourceURLs: rule.nonResourceURLs,
  }
}

/** Whether one held rule covers all of a rule or of a single permission. */
function covers(held: HeldRule, rule: PolicyRule): boolean {
  return (
    hasAll(held.verbs, rule.verbs) &&
    hasAll(held.apiGroups, rule.apiGroups) &&
    rule.resources.every((resource) => coversResource(held.resources, resource)) &&
    coversNames(held.resourceNames, rule.resourceNames) &&
    rule.nonResourceURLs.every((path) =>
      held.nonResourceURLs.some((allowed) => pathCovers(allowed, path)),
    )
  )
}

function hasAll(held: ReadonlySet<string>, wanted: readonly string[]): boolean {
  return held.has('*') || wanted.every((each) => held.has(each))
}

function coversResource(held: ReadonlySet<string>, resource: string): boolean {
  if (held.has('*') || held.has(resource)) return true
  const slash = resource.indexOf('/')
  return slash >= 0 && held.has(`*/${resource.slice(slash + 1)}`)
}

function coversNames(held: ReadonlySet<string>, wanted: readonly string[]): boolean {
  if (held.size === 0) return true
  return wanted.length > 0 && wanted.every((name) => held.has(name))
}

/** Whether nothing is allowed: without resources and paths, or without verbs. */
function isEmpty({ verbs, resources, nonResourceURLs }: PolicyRule): boolean {
  return verbs.length === 0 || resources.length + nonResourceURLs.length === 0
}

/** A rule in permissions of one verb on one resource or path each. */
function* permissionsOf(rule: PolicyRule): Generator<PolicyRule> {
  const nothing = { apiGroups: [], resources: [], resourceNames: [], nonResourceURLs: [] }
  const names = rule.resourceNames.length === 0 ? [[]] : rule.resourceNames.map((name) => [name])
  for (const group of rule.apiGroups) {
    for (const resource of rule.resources) {
      for (const verb of rule.verbs) {
        for (const resourceNames of names) {
          const what = { apiGroups: [group], resources: [resource], resourceNames }
          yield { ...nothing, ...what, verbs: [verb] }
        }
      }
    }
  }
  for (const path of rule.nonResourceURLs) {
    for (const verb of rule.verbs) yield { ...nothing, verbs: [verb], nonResourceURLs: [path] }
  }
}

/** Puts the verbs on one resource together. */
function compacted(permissions: readonly PolicyRule[]): PolicyRule[] {
  const others: PolicyRule[] = []
  const byResource = new Map<string, PolicyRule & { readonly verbs: string[] }>()
  for (const permission of permissions) {
    const [group, ...moreGroups] = permission.apiGroups
    const [resource, ...moreResources] = permission.resources
    const isSimple =
      moreGroups.length + moreResources.length + permission.resourceNames.length === 0
    if (group === undefined || resource === undefined || !isSimple) {
      others.push(permission)
      continue
    }
    const key = `${group}/${resource}`
    const known = byResource.get(key)
    if (known === undefined) byResource.set(key, { ...permission, verbs: [...permission.verbs] })
    else append(known.verbs, permission.verbs)
  }
  return [...others, ...byResource.values()]
}
