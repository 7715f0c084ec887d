import type { KubernetesObject } from '@fairlead/kube-core'
import { Findings, type Catalogue, type Judged } from './findings.ts'
import type { ReferenceGrants } from './reference-grants.ts'
import { compareText, keyOf } from './resource-key.ts'

/** Reads a resource's settings and notes in `findings` what is wrong; undefined: not usable. */
export type ReadSettings<R extends KubernetesObject, S> = (
  resource: R,
  findings: Findings,
) => S | undefined

/** Judges one resource on its own. A rejected resource has no settings, whatever was read. */
export function judge<R extends KubernetesObject, S>(
  resource: R,
  grants: ReferenceGrants,
  read: ReadSettings<R, S>,
): Judged<R, S> {
  const findings = new Findings(resource, grants)
  const settings = read(resource, findings)
  return {
    resource,
    key: keyOf(resource),
    settings: findings.invalid.length === 0 ? settings : undefined,
    invalid: findings.invalid,
    referenceProblems: findings.referenceProblems,
  }
}

/** Judges all resources of a kind; the catalogue is in the order of their keys. */
export function judgeAll<R extends KubernetesObject, S>(
  kind: string,
  resources: readonly R[],
  grants: ReferenceGrants,
  read: ReadSettings<R, S>,
): Catalogue<R, S> {
  const judged = resources.map((resource) => judge(resource, grants, read))
  judged.sort((left, right) => compareText(left.key, right.key))
  return { kind, byKey: new Map(judged.map((entry) => [entry.key, entry])) }
}
