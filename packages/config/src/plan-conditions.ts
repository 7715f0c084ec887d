import type { KubernetesObject } from '@fairlead/kube-core'
import type { ConversationStore } from '@fairlead/api'
import { servesStoreType } from './compile-store.ts'
import type { PlannedCondition, ResourceConditions } from './compile-types.ts'
import { acceptedCondition, listed, resolvedRefsCondition, type Refusal } from './conditions.ts'
import type { Catalogue, Judged } from './findings.ts'
import { requestedPath, type JudgedPrompt } from './gateway-prompts.ts'
import type { JudgedPolicy } from './gateway-routes.ts'
import type { JudgedResources } from './judged-resources.ts'
import { partialSupport } from './partial-support.ts'
import type { Attachment } from './policy-attachment.ts'
import { compareText, identityOf, namespaceOf } from './resource-key.ts'
import { memberKey, type ServedGateway } from './serve-gateway.ts'

/** The conditions of every resource, ordered by kind and then by namespace/name. */
export function planConditions(
  judged: JudgedResources,
  served: readonly ServedGateway[],
  attachments: ReadonlyMap<string, readonly Attachment[]>,
  controllerName: string,
): readonly ResourceConditions[] {
  const planned = [
    ...each(judged.gateways, (gateway) => [common(gateway, undefined)]),
    ...each(judged.policies, (policy) => [
      planPolicy(policy, attachments.get(policy.key) ?? [], served, controllerName),
    ]),
    ...each(judged.prompts, (prompt, kind) => [planPrompt(prompt, kind, served)]),
    ...each(judged.stores, (store, kind) => [planStore(store, kind, served)]),
    ...[judged.providers, judged.personas, judged.strategies, judged.consumers].flatMap(
      (catalogue) =>
        each<KubernetesObject, unknown>(catalogue, (entry, kind) => [
          common(entry, refusalByGateways(entry, kind, served)),
        ]),
    ),
  ]
  return planned.toSorted((left, right) => compareText(left.kind, right.kind))
}

function each<R extends KubernetesObject, S>(
  { kind, byKey }: Catalogue<R, S>,
  plan: (entry: Judged<R, S>, kind: string) => readonly ResourceConditions[],
): readonly ResourceConditions[] {
  return [...byKey.values()].flatMap((entry) => plan(entry, kind))
}

/** `Accepted` and `ResolvedRefs`, which every kind has. */
function common(entry: Judged, refusal: Refusal | undefined): ResourceConditions {
  const { resource, invalid, referenceProblems } = entry
  return {
    kind: resource.kind,
    ...identityOf(resource),
    conditions: [
      acceptedCondition({ invalid, refusal, partial: partialSupport(resource) }),
      resolvedRefsCondition(referenceProblems),
    ],
  }
}

/** Why no gateway serves a resource, or what it lost on those that do. */
function refusalByGateways(
  { key, resource }: Judged,
  kind: string,
  served: readonly ServedGateway[],
): Refusal | undefined {
  const member = memberKey(kind, key)
  const serving = served.filter(({ members }) => members.has(member))
  const lost = conflictsOn(serving, member)
  if (lost.length > 0) return { reason: 'Conflicted', message: listed(lost) }
  if (serving.length > 0) return undefined
  if (served.length === 0) {
    return { reason: 'NoMatchingGateway', message: 'There is no accepted LLMGateway' }
  }
  const message = `No LLMGateway allows namespace ${namespaceOf(resource)} (spec.allowedNamespaces)`
  return { reason: 'NotAllowedByGateway', message }
}

function conflictsOn(served: readonly ServedGateway[], member: string): readonly string[] {
  return served.flatMap(({ key, conflicts }) => {
    const message = conflicts.get(member)
    return message === undefined ? [] : [`on LLMGateway ${key}, ${message}`]
  })
}

/** A policy is accepted as a whole when at least one of the gateways that it names accepts it. */
function planPolicy(
  policy: JudgedPolicy,
  attachments: readonly Attachment[],
  served: readonly ServedGateway[],
  controllerName: string,
): ResourceConditions {
  const perGateway = attachments.map(({ gatewayRef, gatewayKey, refusal }) => {
    const gateway = served.filter(({ key }) => key === gatewayKey)
    const lost = conflictsOn(gateway, memberKey(policy.resource.kind, policy.key))
    const conflict: Refusal | undefined =
      lost.length > 0 ? { reason: 'Conflicted', message: listed(lost) } : undefined
    return { gatewayRef, refusal: refusal ?? conflict }
  })
  const refusals = perGateway.flatMap(({ refusal }) => refusal ?? [])
  const first = refusals[0]
  const overall =
    first && refusals.length === perGateway.length
      ? { reason: first.reason, message: listed(refusals.map(({ message }) => message)) }
      : undefined
  return {
    ...common(policy, overall),
    gateways: perGateway.map(({ gatewayRef, refusal }) => ({
      gatewayRef,
      controllerName,
      conditions: common(policy, refusal).conditions,
    })),
  }
}

function planPrompt(
  prompt: JudgedPrompt,
  kind: string,
  served: readonly ServedGateway[],
): ResourceConditions {
  const member = memberKey(kind, prompt.key)
  const serving = served.filter(({ members }) => members.has(member))
  // losing its path takes nothing else from a template, so it does not refuse the template
  const refusal = serving.length > 0 ? undefined : refusalByGateways(prompt, kind, served)
  const planned = common(prompt, refusal)
  return {
    ...planned,
    conditions: [...planned.conditions, exposedCondition(prompt, conflictsOn(serving, member))],
    activeVersions: (prompt.settings?.rollout ?? []).map(({ version }) => version),
  }
}

function exposedCondition(prompt: JudgedPrompt, conflicts: readonly string[]): PlannedCondition {
  const type = 'Exposed'
  const path = requestedPath(prompt.resource)
  if (path === undefined) {
    const message = 'The template asks for no path of its own (spec.expose.path)'
    return { type, status: 'False', reason: 'NotRequested', message }
  }
  if (prompt.settings === undefined) {
    const message = 'The template is not accepted; see Accepted'
    return { type, status: 'False', reason: 'Invalid', message }
  }
  if (conflicts.length > 0) {
    return { type, status: 'False', reason: 'PathConflict', message: listed(conflicts) }
  }
  return { type, status: 'True', reason: 'Exposed', message: `Served at ${path}` }
}

function planStore(
  store: Judged<ConversationStore>,
  kind: string,
  served: readonly ServedGateway[],
): ResourceConditions {
  // a store of a type that is not served is no gateway's member, which Available says better
  const unserved = !servesStoreType(store.resource.spec.type)
  const planned = common(store, unserved ? undefined : refusalByGateways(store, kind, served))
  return { ...planned, conditions: [...planned.conditions, availableCondition(store)] }
}

function availableCondition({ resource, settings }: Judged<ConversationStore>): PlannedCondition {
  const type = 'Available'
  const storeType = resource.spec.type
  if (!servesStoreType(storeType)) {
    const message = `Type ${storeType} is not served by this version; use Memory or SQLite`
    return { type, status: 'False', reason: 'TypeNotServed', message }
  }
  if (settings === undefined) {
    const message = 'The store is not accepted; see Accepted'
    return { type, status: 'False', reason: 'Invalid', message }
  }
  return { type, status: 'True', reason: 'Available', message: 'Conversations can be kept here' }
}
