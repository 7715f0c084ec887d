import { arrayOrEmpty, objectOrEmpty } from '@fairlead/base'
import { goQuote, type KubernetesObject } from '@fairlead/kube-core'

/** The role that a binding gives. */
export interface RoleReference {
  /** `Role` or `ClusterRole`. */
  readonly kind: string
  readonly name: string
}

/** A RoleBinding or ClusterRoleBinding, as far as decisions need it. */
export interface Binding {
  readonly name: string
  /** Empty for a ClusterRoleBinding. */
  readonly namespace: string
  readonly role: RoleReference
  readonly subjects: readonly BoundSubject[]
}

/** One subject of a binding. */
interface BoundSubject {
  /** Equal for all that name the same user or group. */
  readonly key: string
  /** `Group "dev"`: the subject in a decision's reason. */
  readonly description: string
}

export function bindingOf(object: KubernetesObject): Binding {
  const { name = '', namespace = '' } = object.metadata
  const role = roleReferenceOf(object)
  const subjects = arrayOrEmpty(object['subjects']).flatMap((each) => {
    const subject = subjectOf(objectOrEmpty(each), namespace)
    return subject === undefined ? [] : [subject]
  })
  return { name, namespace, role, subjects }
}

/** The role that a stored or submitted binding names. */
export function roleReferenceOf(binding: KubernetesObject): RoleReference {
  const reference = objectOrEmpty(binding['roleRef'])
  return { kind: text(reference['kind']), name: text(reference['name']) }
}

/** `ClusterRoleBinding "ca" of ClusterRole "cluster-admin"`: a binding in a decision's reason. */
export function describeBinding({ name, namespace, role }: Binding): string {
  const isLocal = namespace !== ''
  const kind = isLocal ? 'RoleBinding' : 'ClusterRoleBinding'
  const full = isLocal ? `${name}/${namespace}` : name
  return `${kind} ${goQuote(full)} of ${role.kind} ${goQuote(role.name)}`
}

export function userKey(name: string): string {
  return `User ${name}`
}

export function groupKey(name: string): string {
  return `Group ${name}`
}

/** Undefined for a subject that can be nobody, as appliesToUser of Kubernetes' RBAC decides. */
function subjectOf(
  subject: Readonly<Record<string, unknown>>,
  bindingNamespace: string,
): BoundSubject | undefined {
  const name = text(subject['name'])
  const kind = text(subject['kind'])
  if (kind === 'User') return { key: userKey(name), description: `User ${goQuote(name)}` }
  if (kind === 'Group') return { key: groupKey(name), description: `Group ${goQuote(name)}` }
  const namespace = text(subject['namespace']) || bindingNamespace
  if (kind !== 'ServiceAccount' || namespace === '') return undefined
  return {
    key: userKey(`system:serviceaccount:${namespace}:${name}`),
    description: `ServiceAccount ${goQuote(`${name}/${namespace}`)}`,
  }
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : ''
}
