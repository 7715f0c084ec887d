import { LLMGateway } from '@fairlead/api'
import type { CompileResult } from '@fairlead/config'
import type { ObjectKey } from '@fairlead/controller-runtime'
import type { ReplicaFindings } from './replica-findings.ts'

/** What the statuses of all resources are planned from. */
interface Basis {
  readonly result: CompileResult
  readonly findings: ReplicaFindings
}

/** Finds the resources for which another status may be planned than the last time. */
export class ChangedPlans {
  #last: Basis | undefined

  /** The `namespace/name` of those resources by kind; the first time that is all of them. */
  since(basis: Basis): ReadonlyMap<string, ReadonlySet<string>> {
    const last = this.#last
    this.#last = basis
    const changed = new Map<string, Set<string>>()
    const add = (kind: string, key: string) => {
      const keys = changed.get(kind) ?? new Set()
      changed.set(kind, keys.add(key))
    }
    for (const [kind, conditions] of basis.result.conditionsByKind) {
      const before = last?.result.conditionsByKind.get(kind)
      if (before === conditions) continue
      for (const [key, planned] of conditions) if (before?.get(key) !== planned) add(kind, key)
    }
    for (const [key, { hash }] of basis.result.snapshots) {
      if (last?.result.snapshots.get(key)?.hash !== hash) add(LLMGateway.kind, key)
    }
    for (const key of last?.result.snapshots.keys() ?? []) {
      if (!basis.result.snapshots.has(key)) add(LLMGateway.kind, key)
    }
    const gateways = new Set([
      ...(changed.get(LLMGateway.kind) ?? []),
      ...differing(last?.findings.running ?? new Map(), basis.findings.running),
    ])
    for (const { kind, key } of policiesOf(gateways, basis.result)) add(kind, key)
    for (const resource of differing(last?.findings.texts ?? new Map(), basis.findings.texts)) {
      const [kind = '', key = ''] = resource.split(' ')
      add(kind, key)
    }
    return changed
  }
}

/** The policies that are to hold on any of these gateways. */
function policiesOf(
  gateways: ReadonlySet<string>,
  { conditionsByKind }: CompileResult,
): readonly { readonly kind: string; readonly key: string }[] {
  if (gateways.size === 0) return []
  return [...conditionsByKind].flatMap(([kind, byKey]) =>
    [...byKey].flatMap(([key, { targets = [] }]) =>
      targets.some((target) => target.gateways.some((one) => gateways.has(one)))
        ? [{ kind, key }]
        : [],
    ),
  )
}

/** The keys whose values differ. */
function differing(
  left: ReadonlyMap<string, string>,
  right: ReadonlyMap<string, string>,
): readonly string[] {
  if (left === right) return []
  const keys = new Set([...left.keys(), ...right.keys()])
  return [...keys].filter((key) => left.get(key) !== right.get(key))
}

/** The key that a `namespace/name` stands for. */
export function objectKeyOf(text: string): ObjectKey {
  const slash = text.indexOf('/')
  return { namespace: text.slice(0, slash), name: text.slice(slash + 1) }
}
