import type { ResourceType } from '@fairlead/kube-core'
import type { rbacV1 } from '@fairlead/kube-types'

/** What an operator does, as far as it needs permission. */
interface OperatorNeeds {
  readonly owner: ResourceType
  readonly writesFinalizers: boolean
  readonly writesStatus: boolean
  readonly children: readonly ResourceType[]
  /** Other kinds that it watches. */
  readonly watched: readonly ResourceType[]
}

const reading = ['get', 'list', 'watch']
const writing = ['create', 'patch', 'delete']

/**
 * The rules that the operator's ServiceAccount needs for what is declared, a rule per resource. What
 * the author's functions do with the client is not among them.
 */
export function operatorRules(needs: OperatorNeeds): readonly rbacV1.PolicyRule[] {
  const { owner, writesFinalizers, writesStatus, children, watched } = needs
  const verbsOf = new Map<string, { type: ResourceType; resource: string; verbs: Set<string> }>()
  const allow = (type: ResourceType, verbs: readonly string[], subresource = '') => {
    const resource = `${type.plural}${subresource}`
    const name = `${type.group}/${resource}`
    const rule = verbsOf.get(name) ?? { type, resource, verbs: new Set<string>() }
    for (const verb of verbs) rule.verbs.add(verb)
    verbsOf.set(name, rule)
  }
  allow(owner, writesFinalizers ? [...reading, 'patch'] : reading)
  // What sets blockOwnerDeletion must be allowed to set the owner's finalizers.
  if (children.length > 0) allow(owner, ['update'], '/finalizers')
  if (writesStatus) allow(owner, ['patch'], '/status')
  for (const type of children) allow(type, [...reading, ...writing])
  for (const type of watched) allow(type, reading)
  return [
    ...[...verbsOf.values()].map(({ type, resource, verbs }) => ({
      apiGroups: [type.group],
      resources: [resource],
      verbs: [...verbs],
    })),
    { apiGroups: ['events.k8s.io'], resources: ['events'], verbs: ['create', 'patch'] },
  ]
}
