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

/** What a controller must be allowed to do with the objects of a kind. */
export interface NeededPermission {
  readonly type: Pick<ResourceType, 'group' | 'plural'>
  readonly verbs: readonly Verb[]
  /** With this part of the objects only: `status`, `scale`, `finalizers`. */
  readonly subresource?: string
}

/** What reads of a watched kind need. */
export const readingVerbs: readonly Verb[] = ['get', 'list', 'watch']

/** The rules of a Role for all of these, one per resource, in the order in which they were first named. */
export function policyRules(needed: readonly NeededPermission[]): readonly rbacV1.PolicyRule[] {
  const rules = new Map<string, { group: string; resource: string; verbs: Set<string> }>()
  for (const { type, verbs, subresource } of needed) {
    const resource = subresource === undefined ? type.plural : `${type.plural}/${subresource}`
    const name = `${type.group}/${resource}`
    const rule = rules.get(name) ?? { group: type.group, resource, verbs: new Set<string>() }
    for (const verb of verbs) rule.verbs.add(verb)
    rules.set(name, rule)
  }
  return [...rules.values()].map(({ group, resource, verbs }) => ({
    apiGroups: [group],
    resources: [resource],
    verbs: [...verbs],
  }))
}
