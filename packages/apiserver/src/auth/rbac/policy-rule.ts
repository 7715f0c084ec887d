import { arrayOrEmpty, objectOrEmpty } from '@fairlead/base'
import { goQuote, type KubernetesObject } from '@fairlead/kube-core'

import { combinedResource, type Access } from '../access.ts'

/** One rule of a Role or ClusterRole, with empty lists for what it leaves out. */
export interface PolicyRule {
  readonly verbs: readonly string[]
  readonly apiGroups: readonly string[]
  readonly resources: readonly string[]
  readonly resourceNames: readonly string[]
  readonly nonResourceURLs: readonly string[]
}

/** The rules of a role as it is stored. */
export function rulesOfRole(role: KubernetesObject): PolicyRule[] {
  return arrayOrEmpty(role['rules']).map((each) => {
    const rule = objectOrEmpty(each)
    return {
      verbs: texts(rule['verbs']),
      apiGroups: texts(rule['apiGroups']),
      resources: texts(rule['resources']),
      resourceNames: texts(rule['resourceNames']),
      nonResourceURLs: texts(rule['nonResourceURLs']),
    }
  })
}

function texts(value: unknown): string[] {
  return arrayOrEmpty(value).filter((each) => typeof each === 'string')
}

/** Whether the rule allows this request, as RuleAllows in Kubernetes' RBAC authorizer. */
export function ruleAllows(rule: PolicyRule, access: Access): boolean {
  if (!includesOrAll(rule.verbs, access.verb)) return false
  if (access.path !== undefined) return allowsPath(rule, access.path)
  return (
    includesOrAll(rule.apiGroups, access.group) &&
    allowsResource(rule, access) &&
    (rule.resourceNames.length === 0 || rule.resourceNames.includes(access.name))
  )
}

function includesOrAll(allowed: readonly string[], wanted: string): boolean {
  return allowed.includes(wanted) || allowed.includes('*')
}

function allowsResource({ resources }: PolicyRule, access: Access): boolean {
  if (includesOrAll(resources, combinedResource(access))) return true
  return access.subresource ? resources.includes(`*/${access.subresource}`) : false
}

function allowsPath({ nonResourceURLs }: PolicyRule, path: string): boolean {
  return nonResourceURLs.some((allowed) => pathCovers(allowed, path))
}

/** Whether an allowed path, which may end in `*`, includes another one. */
export function pathCovers(allowed: string, path: string): boolean {
  if (allowed === path) return true
  return allowed.endsWith('*') && path.startsWith(withoutTrailingStars(allowed))
}

function withoutTrailingStars(path: string): string {
  let end = path.length
  while (path[end - 1] === '*') end -= 1
  return path.slice(0, end)
}

/** `{APIGroups:["apps"], Resources:["deployments"], Verbs:["get"]}`: a rule in a message. */
export function describeRule(rule: PolicyRule): string {
  const parts: readonly (readonly [string, readonly string[]])[] = [
    ['APIGroups', rule.apiGroups],
    ['Resources', rule.resources],
    ['NonResourceURLs', rule.nonResourceURLs],
    ['ResourceNames', rule.resourceNames],
    ['Verbs', rule.verbs],
  ]
  const shown = parts
    .filter(([, values]) => values.length > 0)
    .map(([label, values]) => `${label}:${quotedList(values)}`)
  return `{${shown.join(', ')}}`
}

/** A list of strings as Go's `%q` prints it: `["a" "b"]`. */
export function quotedList(values: readonly string[]): string {
  return `[${values.map(goQuote).join(' ')}]`
}
