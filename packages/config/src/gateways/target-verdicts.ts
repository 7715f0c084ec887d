import type { PolicyTargetReference } from '@fairlead/api'
import type { TypedObject } from '@fairlead/kube-core'
import { LLMGateway } from '@fairlead/api'
import type { Judged } from '../judging/judged.ts'
import { listed, type Refusal } from '../judging/conditions.ts'
import { namespaceOf, resourceKey } from '../values/resource-key.ts'
import { concerns } from './attached-policies.ts'
import type { ServedGateway } from './gateway-server.ts'
import type { PolicyAttachment } from '../judging/policy-attachment.ts'

/** What came of a policy at one of its targets. */
export interface TargetVerdict {
  readonly reference: PolicyTargetReference
  /** The `namespace/name` of the gateways on which the policy holds there. */
  readonly gateways: readonly string[]
  /** Why it holds on none. */
  readonly refusal: Refusal | undefined
}

/** What a policy has lost on a gateway to another one, if it has: a whole sentence. */
type Loss = (gatewayKey: string) => string | undefined

/**
 * What came of a policy at each of its targets, in their order. A target that does not exist, that no
 * gateway serves or where another policy won refuses it; the others take it.
 */
export function verdictsAtTargets(
  { resource, referenceProblems }: Pick<Judged, 'resource' | 'referenceProblems'>,
  references: readonly PolicyTargetReference[],
  served: readonly ServedGateway[],
  lossOn: Loss,
): readonly TargetVerdict[] {
  return references.map((reference, index) => {
    const path = `spec.targetRefs[${index}]`
    const missing = referenceProblems.find((problem) => isAt(problem.path, path))
    if (missing) {
      return {
        reference,
        gateways: [],
        refusal: { reason: 'RefNotFound', message: missing.message },
      }
    }
    const concerned = gatewaysOf(resource, reference, served)
    const losses = concerned.flatMap((gateway) => lossOn(gateway) ?? [])
    const gateways = concerned.filter((gateway) => lossOn(gateway) === undefined)
    return { reference, gateways, refusal: refusalOf(resource, reference, gateways, losses) }
  })
}

/** Which gateways each target of a policy concerns, for comparison; nothing without an attachment. */
export function heldTargets(
  resource: TypedObject,
  attachment: PolicyAttachment | undefined,
  served: readonly ServedGateway[],
): readonly string[] {
  const references = attachment?.references(resource) ?? []
  return references.map((reference) => gatewaysOf(resource, reference, served).join())
}

/** A policy is accepted as a whole when at least one of its targets takes it. */
export function refusalByAllTargets(verdicts: readonly TargetVerdict[]): Refusal | undefined {
  const refusals = verdicts.flatMap(({ refusal }) => refusal ?? [])
  const [first] = refusals
  if (first === undefined || refusals.length < verdicts.length) return undefined
  return { reason: first.reason, message: listed(refusals.map(({ message }) => message)) }
}

function isAt(path: string, target: string): boolean {
  return path === target || path.startsWith(`${target}.`)
}

/** The gateways that a target is, or that serve it. */
function gatewaysOf(
  resource: TypedObject,
  { kind, name }: PolicyTargetReference,
  served: readonly ServedGateway[],
): readonly string[] {
  const target = { kind, key: resourceKey(namespaceOf(resource), name) }
  return served.flatMap(({ key, kinds }) =>
    concerns(target, key, kinds.get(kind)?.serves) ? [key] : [],
  )
}

function refusalOf(
  resource: TypedObject,
  { kind, name }: PolicyTargetReference,
  gateways: readonly string[],
  losses: readonly string[],
): Refusal | undefined {
  if (gateways.length > 0) return undefined
  if (losses.length > 0) return { reason: 'Conflicted', message: listed(losses) }
  const key = resourceKey(namespaceOf(resource), name)
  return { reason: 'NoMatchingGateway', message: `No ${LLMGateway.kind} serves ${kind} ${key}` }
}
