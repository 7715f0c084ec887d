import type { Access } from '@fairlead/apiserver/testing'
import type { rbacV1 } from '@fairlead/kube-types'

/** A rule in the making: verbs on one resource or path. */
interface Row {
  readonly group: string
  readonly resource: string
  readonly path: string
  readonly verbs: Set<string>
  /** Undefined as soon as something is wanted that names no object. */
  names: Set<string> | undefined
}

/**
 * The fewest rules that allow all of it, sorted: the verbs on one resource together, then the resources
 * of a group that have the same verbs. With `resourceNames`, a rule whose every request named its
 * objects is restricted to those.
 */
export function rulesOfPermissions(
  permissions: readonly Access[],
  { resourceNames = false }: { readonly resourceNames?: boolean } = {},
): rbacV1.PolicyRule[] {
  const rows = new Map<string, Row>()
  for (const { verb, group, resource, subresource = '', name, path = '' } of permissions) {
    const whole = subresource === '' ? resource : `${resource}/${subresource}`
    const key = [group, whole, path].join('\n')
    const row = rows.get(key) ?? newRow(group, whole, path)
    rows.set(key, row)
    row.verbs.add(verb)
    if (name === '' || !resourceNames) row.names = undefined
    else row.names?.add(name)
  }
  return merged([...rows.values()].toSorted(byPlace))
}

function newRow(group: string, resource: string, path: string): Row {
  return { group, resource, path, verbs: new Set(), names: new Set() }
}

function byPlace(a: Row, b: Row): number {
  return compare(a.path, b.path) || compare(a.group, b.group) || compare(a.resource, b.resource)
}

function compare(a: string, b: string): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}

function merged(rows: readonly Row[]): rbacV1.PolicyRule[] {
  const rules = new Map<string, Row[]>()
  for (const row of rows) {
    const { group, verbs, path, names } = row
    const alike = [path === '', group, sorted(verbs), names && sorted(names)]
    const key = JSON.stringify(alike)
    rules.set(key, [...(rules.get(key) ?? []), row])
  }
  return [...rules.values()].flatMap(([first, ...more]) =>
    first === undefined ? [] : ruleOf(first, [first, ...more]),
  )
}

function ruleOf({ group, verbs, path, names }: Row, rows: readonly Row[]): rbacV1.PolicyRule {
  if (path !== '') return { nonResourceURLs: rows.map((row) => row.path), verbs: sorted(verbs) }
  return {
    apiGroups: [group],
    resources: rows.map(({ resource }) => resource),
    ...(names === undefined || names.size === 0 ? {} : { resourceNames: sorted(names) }),
    verbs: sorted(verbs),
  }
}

function sorted(texts: ReadonlySet<string>): string[] {
  return [...texts].toSorted(compare)
}
