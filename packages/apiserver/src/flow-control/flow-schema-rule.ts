import type { Access } from '../auth/access.ts'
import { serviceAccountUser, type User } from '../auth/user.ts'

/** A rule of a stored FlowSchema, which has been validated. */
export interface FlowSchemaRule {
  readonly subjects: readonly Subject[]
  readonly resourceRules?: readonly ResourceRule[]
  readonly nonResourceRules?: readonly PathRule[]
}

interface Subject {
  readonly kind: string
  readonly user?: { readonly name: string }
  readonly group?: { readonly name: string }
  readonly serviceAccount?: { readonly namespace: string; readonly name: string }
}

interface ResourceRule {
  readonly verbs: readonly string[]
  readonly apiGroups: readonly string[]
  readonly resources: readonly string[]
  readonly namespaces?: readonly string[]
  readonly clusterScope?: boolean
}

interface PathRule {
  readonly verbs: readonly string[]
  readonly nonResourceURLs: readonly string[]
}

/** Whether a request of a user is one that the rule means, as in apiserver's flowcontrol. */
export function ruleMeans(rule: FlowSchemaRule, user: User, access: Access): boolean {
  if (!rule.subjects.some((subject) => isSubject(subject, user))) return false
  const { path } = access
  return path === undefined
    ? (rule.resourceRules ?? []).some((each) => meansResource(each, access))
    : (rule.nonResourceRules ?? []).some((each) => meansPath(each, access.verb, path))
}

function isSubject(
  { kind, user, group, serviceAccount }: Subject,
  { name, groups }: User,
): boolean {
  switch (kind) {
    case 'User':
      return user !== undefined && (user.name === '*' || user.name === name)
    case 'Group':
      return group !== undefined && (group.name === '*' || groups.includes(group.name))
    case 'ServiceAccount': {
      if (serviceAccount === undefined) return false
      const { namespace, name: account } = serviceAccount
      const all = account === '*'
      const wanted = serviceAccountUser(namespace, all ? '' : account).name
      return all ? name.startsWith(wanted) : name === wanted
    }
    default:
      return false
  }
}

function meansResource(rule: ResourceRule, access: Access): boolean {
  const { verb, group, resource, subresource, namespace } = access
  const combined = subresource === undefined ? resource : `${resource}/${subresource}`
  return (
    names(rule.verbs, verb) &&
    names(rule.resources, combined) &&
    names(rule.apiGroups, group) &&
    (namespace === '' ? rule.clusterScope === true : names(rule.namespaces ?? [], namespace))
  )
}

function meansPath({ verbs, nonResourceURLs }: PathRule, verb: string, path: string): boolean {
  return (
    names(verbs, verb) &&
    nonResourceURLs.some((url) => {
      if (url === '*' || url === path) return true
      const prefix = url.replace(/\*$/, '')
      return path.startsWith(prefix.endsWith('/') ? prefix : `${prefix}/`)
    })
  )
}

function names(list: readonly string[], wanted: string): boolean {
  return (list.length === 1 && list[0] === '*') || list.includes(wanted)
}
