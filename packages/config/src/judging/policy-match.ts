import { compareText } from '@fairlead/base'
import type { PolicyMatchSpec } from '@fairlead/api'
import type { PolicyMatch } from '@fairlead/snapshot'
import { resourceKey } from '../values/resource-key.ts'
import { checkCondition } from './check-condition.ts'
import type { Findings } from './findings.ts'

/** Which calls a policy of a namespace is for; names of Consumers without one are of that namespace. */
export function compilePolicyMatch(
  match: PolicyMatchSpec,
  namespace: string,
  findings: Findings,
): PolicyMatch {
  const cel = match.cel.trim()
  checkCondition(cel, 'spec.match.cel', findings)
  return {
    models: sorted(match.models),
    groups: sorted(match.groups),
    consumers: qualified(match.consumers, namespace),
    headers: match.headers.map(({ name, value }) => ({ name: name.toLowerCase(), value })),
    cel,
  }
}

/** Names of resources as `namespace/name`, sorted. */
export function qualified(names: readonly string[], namespace: string): readonly string[] {
  return sorted(names.map((name) => (name.includes('/') ? name : resourceKey(namespace, name))))
}

function sorted(names: readonly string[]): readonly string[] {
  return [...new Set(names)].toSorted(compareText)
}
