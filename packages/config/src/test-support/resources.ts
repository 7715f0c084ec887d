import type { KubernetesObject } from '@fairlead/kube-core'
import type { PlannedCondition, CompileResult, ResourceSet } from '../compile-types.ts'

/** What of an object a test says; the rest is filled in. */
export interface Described {
  readonly kind: string
  readonly name?: string
  readonly namespace?: string
  readonly generation?: number
  readonly created?: string
  readonly spec: Readonly<Record<string, unknown>>
}

const listOfKind: Readonly<Record<string, keyof Omit<ResourceSet, 'namespaces'>>> = {
  LLMGateway: 'gateways',
  LLMProvider: 'providers',
  RoutingPolicy: 'routingPolicies',
  PromptTemplate: 'promptTemplates',
  Persona: 'personas',
  ContextStrategy: 'contextStrategies',
  ConversationStore: 'conversationStores',
  Consumer: 'consumers',
  ReferenceGrant: 'referenceGrants',
}

export function manifest(described: Described): KubernetesObject {
  const { kind, name = 'default', namespace = 'default', generation = 1, created } = described
  return {
    apiVersion: 'fairlead.dev/v1alpha1',
    kind,
    metadata: {
      name,
      namespace,
      generation,
      creationTimestamp: created ?? '2026-01-01T00:00:00Z',
    },
    spec: described.spec,
  }
}

/** A resource set of the described objects, in the order given. */
export function resourceSet(
  described: readonly Described[],
  namespaces: Readonly<Record<string, Record<string, string>>> = {},
): ResourceSet {
  const lists: Record<string, KubernetesObject[]> = {}
  for (const list of Object.values(listOfKind)) lists[list] = []
  for (const one of described) {
    const list = lists[listOfKind[one.kind] ?? '']
    if (!list) throw new Error(`there is no kind ${one.kind}`)
    list.push(manifest(one))
  }
  // the API server has checked specs against their schemas; here the tests vouch for them
  return {
    ...lists,
    namespaces: new Map(Object.entries(namespaces)),
  } as unknown as ResourceSet
}

/** The conditions planned for one resource, by type. */
export function conditionsOf(
  result: CompileResult,
  kind: string,
  key = 'default/default',
): Readonly<Record<string, PlannedCondition>> {
  const planned = result.conditions.find(
    (one) => one.kind === kind && `${one.namespace}/${one.name}` === key,
  )
  if (!planned) throw new Error(`no conditions for ${kind} ${key}`)
  return Object.fromEntries(planned.conditions.map((condition) => [condition.type, condition]))
}

export const gateway: Described = { kind: 'LLMGateway', spec: {} }
export const simulator: Described = {
  kind: 'LLMProvider',
  name: 'simulator',
  spec: { type: 'Simulator' },
}

export function policy(
  name: string,
  rules: readonly Readonly<Record<string, unknown>>[],
  more: Partial<Described> & { readonly gatewayRefs?: readonly unknown[] } = {},
): Described {
  const { gatewayRefs, ...described } = more
  return {
    kind: 'RoutingPolicy',
    name,
    ...described,
    spec: { ...(gatewayRefs && { gatewayRefs }), rules },
  }
}

export function rule(
  name: string,
  match: Readonly<Record<string, unknown>> = {},
  more: Readonly<Record<string, unknown>> = {},
): Readonly<Record<string, unknown>> {
  return {
    name,
    match,
    targets: [{ name: 'only', providerRef: { name: 'simulator' } }],
    ...more,
  }
}

export function grant(
  namespace: string,
  from: { readonly kind: string; readonly namespace: string; readonly group?: string },
  to: { readonly kind: string; readonly name?: string; readonly group?: string },
): Described {
  return {
    kind: 'ReferenceGrant',
    name: `from-${from.namespace}`,
    namespace,
    spec: { from: [{ group: 'fairlead.dev', ...from }], to: [{ group: 'fairlead.dev', ...to }] },
  }
}
