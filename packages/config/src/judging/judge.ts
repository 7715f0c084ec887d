import { compareText } from '@fairlead/base'
import type { ReferenceGrant } from '@fairlead/api'
import type { KubernetesObject, ResourceType } from '@fairlead/kube-core'
import type { Capabilities } from '@fairlead/snapshot'
import { keyOf } from '../values/resource-key.ts'
import type { Catalogue, Catalogues } from './catalogue.ts'
import { Findings } from './findings.ts'
import type { Judged } from './judged.ts'
import type { KindCompiler } from './kind-compiler.ts'
import { indexReferenceGrants, type ReferenceGrants } from './reference-grants.ts'
import { orderByReference } from './reference-order.ts'
import { unsupportedFieldsReader } from './unsupported-fields.ts'

/** What resources are judged by, beside each other. */
interface Court {
  readonly kinds: readonly KindCompiler[]
  readonly capabilities: Capabilities
  readonly grants: readonly ReferenceGrant[]
  readonly list: (type: ResourceType) => readonly KubernetesObject[]
}

/** Judges every resource on its own and with what it refers to, not yet for a certain gateway. */
export function judgeResources({ kinds, capabilities, grants, list }: Court): Catalogues {
  const catalogues = new Map<string, Catalogue>()
  const index = indexReferenceGrants(grants)
  for (const compiler of orderByReference(kinds)) {
    const unsupported = unsupportedFieldsReader(compiler.unsupportedFields?.(capabilities) ?? [])
    const judged = list(compiler.type).map((resource) => ({
      ...judge(compiler, resource, { grants: index, catalogues, capabilities }),
      unsupported: unsupported(resource),
    }))
    judged.sort((left, right) => compareText(left.key, right.key))
    const byKey = new Map(judged.map((entry) => [entry.key, entry]))
    catalogues.set(compiler.type.kind, { compiler, byKey })
  }
  return catalogues
}

interface Context {
  readonly grants: ReferenceGrants
  readonly catalogues: Catalogues
  readonly capabilities: Capabilities
}

/** A rejected resource has no settings, whatever was read of it. */
function judge(
  compiler: KindCompiler,
  resource: KubernetesObject,
  { grants, catalogues, capabilities }: Context,
): Omit<Judged, 'unsupported'> {
  const findings = new Findings(resource, compiler.references, grants, catalogues)
  const settings = compiler.compile(resource, findings, capabilities)
  return {
    resource,
    key: keyOf(resource),
    settings: findings.invalid.length === 0 ? settings : undefined,
    invalid: findings.invalid,
    referenceProblems: findings.referenceProblems,
  }
}
