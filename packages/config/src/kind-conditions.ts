import { sameElements } from '@fairlead/base'
import { LLMGateway } from '@fairlead/api'
import { deepEqual } from '@fairlead/kube-core'
import type { Capabilities, Snapshot } from '@fairlead/snapshot'
import type { PlannedTarget, ResourceConditions } from './compile-result.ts'
import { attachmentsOf } from './gateways/attachment.ts'
import type { ServedGateway } from './gateways/gateway-server.ts'
import type { Gateways } from './gateways/gateways.ts'
import type { ServedKind } from './gateways/kind-server.ts'
import {
  heldTargets,
  refusalByAllTargets,
  verdictsAtTargets,
  type TargetVerdict,
} from './gateways/target-verdicts.ts'
import { unroutedModels } from './gateways/unrouted-models.ts'
import type { Catalogue } from './judging/catalogue.ts'
import { acceptedCondition, commonConditions, listed, type Refusal } from './judging/conditions.ts'
import type { Judged } from './judging/judged.ts'
import type { Notice } from './judging/notices.ts'
import type { GatewayRef, KindCompiler } from './judging/kind-compiler.ts'
import { freeze } from './values/freeze.ts'
import { frozenMap } from './values/frozen-map.ts'
import { identityOf, namespaceOf } from './values/resource-key.ts'

/** What the conditions of resources depend on, beside the options of a compilation. */
export interface Verdicts {
  readonly gateways: Gateways
  readonly served: readonly ServedGateway[]
}

/** What one gateway does with the resources of a kind. */
interface Service extends Pick<ServedKind, 'serves' | 'losses' | 'needed' | 'shadowed'> {
  readonly gateway: string
}

/** The conditions of all resources of a kind, by `namespace/name`, in that order. */
export type ConditionsByKey = ReadonlyMap<string, ResourceConditions>

interface Session {
  readonly catalogue: Catalogue
  readonly gateways: Gateways
  readonly kinds: readonly (ServedKind | undefined)[]
  /** What models are routed by; empty for a kind that names none. */
  readonly routing: readonly Snapshot[]
  readonly conditions: ConditionsByKey
  /** By `namespace/name`: all that the conditions of the resource were written for. */
  readonly circumstances: ReadonlyMap<string, readonly unknown[]>
}

/**
 * Writes the conditions of the resources of one kind, each again only if something has changed that
 * they depend on. What is equal to the last time is the same object.
 */
export class KindConditions {
  readonly #capabilities: Capabilities
  readonly #controllerName: string
  #last: Session | undefined

  constructor(capabilities: Capabilities, controllerName: string) {
    this.#capabilities = capabilities
    this.#controllerName = controllerName
  }

  write(catalogue: Catalogue, verdicts: Verdicts): ConditionsByKey {
    const last = this.#last
    const { compiler, byKey } = catalogue
    const { gateways, served } = verdicts
    const kinds = served.map((one) => one.kinds.get(compiler.type.kind))
    const routing = compiler.models === undefined ? [] : served.map(({ snapshot }) => snapshot)
    const isSame =
      last?.catalogue === catalogue &&
      last.gateways === gateways &&
      sameElements(kinds, last.kinds) &&
      sameElements(routing, last.routing)
    if (isSame) return last.conditions
    const services = served.flatMap(({ key }, index) => {
      const kind = kinds[index]
      if (kind === undefined) return []
      const { serves, losses, needed, shadowed } = kind
      return [{ gateway: key, serves, losses, needed, shadowed }]
    })
    const circumstances = new Map<string, readonly unknown[]>()
    const conditions = new Map<string, ResourceConditions>()
    for (const [key, judged] of byKey) {
      const current = [
        judged,
        gateways,
        ...routing,
        ...services.flatMap((one) => onGateway(one, key)),
        ...(compiler.unneeded === undefined ? [] : [isNeeded(services, key)]),
        ...(judged.fits ? heldTargets(judged.resource, compiler.attachment, served) : []),
      ]
      const known = last?.conditions.get(key)
      const holds = known && sameElements(current, last?.circumstances.get(key) ?? [])
      circumstances.set(key, current)
      conditions.set(key, holds ? known : this.#write(compiler, judged, verdicts, services, known))
    }
    const kept = last && sameElements([...conditions.values()], [...last.conditions.values()])
    this.#last = {
      catalogue,
      gateways,
      kinds,
      routing,
      circumstances,
      conditions: kept ? last.conditions : frozenMap(conditions),
    }
    return this.#last.conditions
  }

  #write(
    compiler: KindCompiler,
    judged: Judged,
    { gateways, served }: Verdicts,
    services: readonly Service[],
    before: ResourceConditions | undefined,
  ): ResourceConditions {
    const { resource, key } = judged
    if (!judged.fits) return this.#unfit(compiler, judged, before)
    const serving = services.filter(({ serves }) => serves.has(key))
    const conflicts = serving.flatMap((service) => lossesOn(service, key))
    const notices = [
      ...serving.flatMap((service) => shadowedOn(service, key)),
      ...unused(compiler, serving, key),
      ...unrouted(compiler, judged, serving, served),
    ]
    const attached =
      compiler.gatewayRefs &&
      atEachGateway(compiler, judged, compiler.gatewayRefs(resource), gateways, services)
    const { attachment } = compiler
    const atTargets =
      attachment &&
      verdictsAtTargets(judged, attachment.references(resource), served, lossOf(services, key))
    const refusal = atTargets
      ? refusalByAllTargets(atTargets)
      : attached
        ? refusalByAll(attached)
        : refusalOf(compiler, judged, services, serving, conflicts)
    const outcome = { conflicts, refusal, capabilities: this.#capabilities }
    const own = compiler.conditions?.(judged, outcome)
    const told = [...notices, ...judged.notices]
    const statusFields = compiler.statusFields?.(judged)
    const conditions = {
      kind: compiler.type.kind,
      ...identityOf(resource),
      conditions: [...commonConditions(judged, refusal, notices), ...(own ?? [])],
      ...(told.length > 0 && { notices: told }),
      ...(attached && {
        gateways: attached.map((at) => ({
          gatewayRef: at.gatewayRef,
          controllerName: this.#controllerName,
          conditions: commonConditions(judged, at.refusal, at.notices),
        })),
      }),
      ...(atTargets && { targets: atTargets.map((verdict) => plannedTarget(judged, verdict)) }),
      ...(attachment?.isShadow &&
        judged.settings !== undefined && { isShadow: attachment.isShadow(judged.settings) }),
      ...(judged.secrets.length > 0 && { secrets: judged.secrets }),
      ...(statusFields && { statusFields }),
    }
    return before && deepEqual(before, conditions) ? before : freeze(conditions)
  }

  #unfit(
    { conditionTypes, type: { kind } }: KindCompiler,
    judged: Judged,
    before: ResourceConditions | undefined,
  ): ResourceConditions {
    const common = commonConditions(judged, undefined, [])
    const message = listed(judged.invalid)
    const own = (conditionTypes ?? [])
      .filter(({ reasons }) => reasons.False?.includes('Invalid'))
      .map(({ type }) => ({ type, status: 'False', reason: 'Invalid', message }) as const)
    const conditions = {
      kind,
      ...identityOf(judged.resource),
      conditions: [...common, ...own],
      isUnfit: true,
    }
    return before && deepEqual(before, conditions) ? before : freeze(conditions)
  }
}

/** What a gateway does with one resource, for comparison. */
function onGateway(
  { gateway, serves, losses, shadowed }: Service,
  key: string,
): readonly unknown[] {
  return [gateway, serves.has(key), losses.get(key), shadowed.get(key)]
}

/** Whether something that a gateway serves needs a resource. */
function isNeeded(services: readonly Service[], key: string): boolean {
  return services.some(({ needed }) => needed.some((keys) => keys.has(key)))
}

function unrouted(
  compiler: KindCompiler,
  { settings }: Judged,
  serving: readonly Service[],
  served: readonly ServedGateway[],
): readonly Notice[] {
  const models = settings === undefined ? [] : (compiler.models?.(settings) ?? [])
  if (models.length === 0) return []
  const gateways = new Set(serving.map(({ gateway }) => gateway))
  return served
    .filter(({ key }) => gateways.has(key))
    .flatMap(({ key, snapshot }) => unroutedModels(models, key, snapshot))
}

function unused(
  { unneeded }: KindCompiler,
  serving: readonly Service[],
  key: string,
): readonly Notice[] {
  if (unneeded === undefined || serving.length === 0 || isNeeded(serving, key)) return []
  return [{ reason: 'Unused', message: unneeded }]
}

/** Why no gateway serves a resource, or what it lost on those that do. */
function refusalOf(
  compiler: KindCompiler,
  { resource }: Judged,
  services: readonly Service[],
  serving: readonly Service[],
  conflicts: readonly string[],
): Refusal | undefined {
  if (compiler.type.kind === LLMGateway.kind) return undefined
  if (services.length === 0) {
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
  readonly notices: readonly Notice[]
}

function atEachGateway(
  compiler: KindCompiler,
  { resource, key }: Judged,
  references: readonly GatewayRef[],
  gateways: Gateways,
  services: readonly Service[],
): readonly AtGateway[] {
  return attachmentsOf(resource, references, gateways).map(
    ({ gatewayRef, gatewayKey, refusal }) => {
      const service = services.find(({ gateway }) => gateway === gatewayKey)
      const losses = service && compiler.claims?.refuses ? lossesOn(service, key) : []
      const notices = service ? shadowedOn(service, key) : []
      return { gatewayRef, refusal: refusal ?? conflicted(losses), notices }
    },
  )
}

/** What a resource lost on a gateway, if it did. */
function lossOf(services: readonly Service[], key: string) {
  return (gatewayKey: string): string | undefined =>
    services
      .filter(({ gateway }) => gateway === gatewayKey)
      .flatMap((service) => lossesOn(service, key))[0]
}

function plannedTarget(judged: Judged, verdict: TargetVerdict): PlannedTarget {
  const { reference, gateways, refusal } = verdict
  const accepted = acceptedCondition(judged, refusal)
  return {
    targetRef: reference,
    gateways: accepted.status === 'True' ? gateways : [],
    conditions: [accepted],
  }
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

function lossesOn({ gateway, losses }: Service, key: string): readonly string[] {
  const loss = losses.get(key)
  return loss === undefined ? [] : [`on LLMGateway ${gateway}, ${loss}`]
}

function shadowedOn({ gateway, shadowed }: Service, key: string): readonly Notice[] {
  const rules = shadowed.get(key)
  if (rules === undefined) return []
  return [{ reason: 'Shadowed', message: `on LLMGateway ${gateway}, ${rules}` }]
}
