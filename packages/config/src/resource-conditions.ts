import { compareText } from '@fairlead/base'
import { LLMGateway } from '@fairlead/api'
import type { Capabilities } from '@fairlead/snapshot'
import type { ResourceConditions } from './compile-result.ts'
import { attachmentsOf } from './gateways/attachment.ts'
import type { Gateways } from './gateways/gateways.ts'
import type { ServedGateway } from './gateways/serve-gateway.ts'
import { memberKey, type Catalogues } from './judging/catalogue.ts'
import { commonConditions, listed, type Refusal } from './judging/conditions.ts'
import type { Judged } from './judging/judged.ts'
import type { GatewayRef, KindCompiler } from './judging/kind-compiler.ts'
import { identityOf, namespaceOf } from './values/resource-key.ts'

/** All that the conditions of a resource depend on. */
interface Verdicts {
  readonly catalogues: Catalogues
  readonly gateways: Gateways
  readonly served: readonly ServedGateway[]
  readonly capabilities: Capabilities
  readonly controllerName: string
}

/** The conditions of every resource, ordered by kind and then by namespace/name. */
export function resourceConditions(verdicts: Verdicts): readonly ResourceConditions[] {
  return [...verdicts.catalogues.values()]
    .toSorted((left, right) => compareText(left.compiler.type.kind, right.compiler.type.kind))
    .flatMap(({ compiler, byKey }) =>
      [...byKey.values()].map((judged) => conditionsOf(compiler, judged, verdicts)),
    )
}

function conditionsOf(
  compiler: KindCompiler,
  judged: Judged,
  verdicts: Verdicts,
): ResourceConditions {
  const { resource, key } = judged
  const { kind } = compiler.type
  const member = memberKey(kind, key)
  const serving = verdicts.served.filter(({ serves }) => serves.has(member))
  const conflicts = serving.flatMap((gateway) => lossesOn(gateway, member))
  const attached = compiler.gatewayRefs && {
    gateways: atEachGateway(compiler, judged, compiler.gatewayRefs(resource), verdicts),
  }
  const refusal = attached
    ? refusalByAll(attached.gateways)
    : refusalOf(compiler, judged, serving, conflicts, verdicts)
  const { capabilities } = verdicts
  const own = compiler.conditions?.(judged, { conflicts, refusal, capabilities })
  const statusFields = compiler.statusFields?.(judged)
  return {
    kind,
    ...identityOf(resource),
    conditions: [...commonConditions(judged, refusal), ...(own ?? [])],
    ...(attached && {
      gateways: attached.gateways.map((at) => ({
        gatewayRef: at.gatewayRef,
        controllerName: verdicts.controllerName,
        conditions: commonConditions(judged, at.refusal),
      })),
    }),
    ...(statusFields && { statusFields }),
  }
}

/** Why no gateway serves a resource, or what it lost on those that do. */
function refusalOf(
  compiler: KindCompiler,
  { resource }: Judged,
  serving: readonly ServedGateway[],
  conflicts: readonly string[],
  { served }: Verdicts,
): Refusal | undefined {
  if (compiler.type.kind === LLMGateway.kind) return undefined
  if (served.length === 0) {
    return { reason: 'NoMatchingGateway', message: 'There is no accepted LLMGateway' }
  }
  if (serving.length === 0) {
    const message = `No LLMGateway allows namespace ${namespaceOf(resource)} (spec.allowedNamespaces)`
    return { reason: 'NotAllowedByGateway', message }
  }
  return compiler.claims?.refuses ? conflicted(conflicts) : undefined
}

interface AtGateway {
  readonly gatewayRef: GatewayRef
  readonly refusal: Refusal | undefined
}

function atEachGateway(
  compiler: KindCompiler,
  { resource, key }: Judged,
  references: readonly GatewayRef[],
  { gateways, served }: Verdicts,
): readonly AtGateway[] {
  const member = memberKey(compiler.type.kind, key)
  return attachmentsOf(resource, references, gateways).map(
    ({ gatewayRef, gatewayKey, refusal }) => {
      const gateway = served.find((one) => one.key === gatewayKey)
      const losses = gateway && compiler.claims?.refuses ? lossesOn(gateway, member) : []
      return { gatewayRef, refusal: refusal ?? conflicted(losses) }
    },
  )
}

/** A resource is accepted as a whole when at least one of the gateways that it names accepts it. */
function refusalByAll(gateways: readonly AtGateway[]): Refusal | undefined {
  const refusals = gateways.flatMap(({ refusal }) => refusal ?? [])
  const [first] = refusals
  if (first === undefined || refusals.length < gateways.length) return undefined
  return { reason: first.reason, message: listed(refusals.map(({ message }) => message)) }
}

function conflicted(losses: readonly string[]): Refusal | undefined {
  return losses.length > 0 ? { reason: 'Conflicted', message: listed(losses) } : undefined
}

function lossesOn({ key, losses }: ServedGateway, member: string): readonly string[] {
  const loss = losses.get(member)
  return loss === undefined ? [] : [`on LLMGateway ${key}, ${loss}`]
}
