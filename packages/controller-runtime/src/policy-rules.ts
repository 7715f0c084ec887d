import type { ResourceType } from '@fairlead/kube-core'
import type { rbacV1 } from '@fairlead/kube-types'

/** A verb of the API server; any other text is one that another API knows, such as `use`. */
export type Verb =
  | 'get'
  | 'list'
  | 'watch'
  | 'create'
  | 'update'
  | 'patch'
  | 'delete'
  | 'deletecollection'
  | (string & {})

/** The rule that allows verbs on a kind, or on one of its subresources. */
export function ruleFor(
  { group, plural }: Pick<ResourceType, 'group' | 'plural'>,
  verbs: readonly Verb[],
  subresource?: string,
): rbacV1.PolicyRule {
  const resource = subresource === undefined ? plural : `${plural}/${subresource}`
  return { apiGroups: [group], resources: [resource], verbs: [...verbs] }
}

/**
 * The same permissions in as few rules as are readable: one for each resource (of the same names),
 * and resources of one group that have the same verbs together. Sorted, so that equal permissions are
 * equal rules.
 */
export function mergeRules(rules: readonly rbacV1.PolicyRule[]): rbacV1.PolicyRule[] {
  const byResource = collect(rules.flatMap(singleRules), (rule) => [
    ...subjectOf(rule),
    rule.resources ?? [],
  ])
  const byVerbs = collect(
    byResource.map((rule) => ({ ...rule, verbs: inOrder(rule.verbs) })),
    (rule) => [...subjectOf(rule), rule.verbs],
  )
  const merged = byVerbs.map((rule) =>
    rule.resources ? { ...rule, resources: rule.resources.toSorted() } : rule,
  )
  return merged.toSorted((a, b) => (sortKey(a) < sortKey(b) ? -1 : 1))
}

/** A rule for each group and resource, or one for paths. */
function singleRules(rule: rbacV1.PolicyRule): rbacV1.PolicyRule[] {
  const { apiGroups = [], resources = [], nonResourceURLs, resourceNames, verbs } = rule
  if (nonResourceURLs !== undefined) return [{ nonResourceURLs: nonResourceURLs.toSorted(), verbs }]
  return apiGroups.flatMap((group) =>
    resources.map((resource) => ({
      apiGroups: [group],
      resources: [resource],
      ...(resourceNames === undefined ? {} : { resourceNames: resourceNames.toSorted() }),
      verbs,
    })),
  )
}

function subjectOf({ apiGroups, resourceNames, nonResourceURLs }: rbacV1.PolicyRule) {
  return [apiGroups ?? [], resourceNames ?? [], nonResourceURLs ?? []]
}

/** Rules of one key become one, with the resources and verbs of all. */
function collect(
  rules: readonly rbacV1.PolicyRule[],
  keyOf: (rule: rbacV1.PolicyRule) => unknown,
): rbacV1.PolicyRule[] {
  const collected = new Map<string, rbacV1.PolicyRule>()
  for (const rule of rules) {
    const key = JSON.stringify(keyOf(rule))
    const known = collected.get(key)
    const resources = union(known?.resources, rule.resources)
    collected.set(key, {
      ...rule,
      ...(resources.length === 0 ? {} : { resources }),
      verbs: union(known?.verbs, rule.verbs),
    })
  }
  return [...collected.values()]
}

function union(one: readonly string[] = [], other: readonly string[] = []): string[] {
  return [...new Set([...one, ...other])]
}

const order = ['get', 'list', 'watch', 'create', 'update', 'patch', 'delete', 'deletecollection']

/** As people write them: what reads, then what writes, then whatever else there is. */
function inOrder(verbs: readonly string[]): string[] {
  const place = (verb: string) => {
    const index = order.indexOf(verb)
    return index === -1 ? order.length : index
  }
  return verbs.toSorted((a, b) => place(a) - place(b) || (a < b ? -1 : 1))
}

function sortKey(rule: rbacV1.PolicyRule): string {
  const { apiGroups, resources, resourceNames, nonResourceURLs } = rule
  return [apiGroups, resources, resourceNames, nonResourceURLs]
    .map((each) => each?.join())
    .join('\n')
}
