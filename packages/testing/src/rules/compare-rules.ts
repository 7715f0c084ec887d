import type { Access } from '@fairlead/apiserver/testing'
import type { rbacV1 } from '@fairlead/kube-types'

import {
  type GrantedRule,
  grantedRules,
  grants,
  type RoleOptions,
  type RoleSource,
} from './granted-rules.ts'
import type { RecordedRules } from './record-rules.ts'
import { rulesOfPermissions } from './rules-of-permissions.ts'

/** How what roles give differs from what was needed; both sorted. */
export interface RuleDifferences {
  /** What was needed and no role gives. */
  readonly missing: readonly rbacV1.PolicyRule[]
  /** What roles give and nothing needed. */
  readonly unneeded: readonly rbacV1.PolicyRule[]
}

/** Compares what was recorded with the rules of roles, as the API server judges them. */
export function compareRules(
  recorded: Pick<RecordedRules, 'permissions'>,
  roles: readonly RoleSource[],
  options: RoleOptions = {},
): RuleDifferences {
  const { permissions } = recorded
  const granted = grantedRules(roles, options)
  const missing = permissions.filter((access) => !granted.some((one) => grants(one, access)))
  const parts = granted.flatMap((one) => [...partsOf(one)])
  const unneeded = parts.filter(([part]) => !permissions.some((access) => grants(part, access)))
  return {
    missing: rulesOfPermissions(missing),
    unneeded: rulesOfPermissions(
      unneeded.map(([, access]) => access),
      { resourceNames: true },
    ),
  }
}

/** A rule in rules for one verb on one resource or path, each with what it gives in particular. */
function* partsOf({ rule, namespace }: GrantedRule): Generator<readonly [GrantedRule, Access]> {
  const nothing = { group: '', resource: '', namespace: '', name: '' }
  for (const verb of rule.verbs) {
    for (const path of rule.nonResourceURLs) {
      const part = { ...rule, verbs: [verb], nonResourceURLs: [path], resources: [] }
      yield [
        { rule: part, namespace },
        { ...nothing, verb, path },
      ]
    }
    for (const group of rule.apiGroups) {
      for (const resource of rule.resources) {
        for (const name of rule.resourceNames.length === 0 ? [''] : rule.resourceNames) {
          const what = { verbs: [verb], apiGroups: [group], resources: [resource] }
          const resourceNames = name === '' ? [] : [name]
          const part = { ...what, resourceNames, nonResourceURLs: [] }
          yield [
            { rule: part, namespace },
            { ...nothing, verb, group, resource, name },
          ]
        }
      }
    }
  }
}
