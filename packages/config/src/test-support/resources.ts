import { definitions } from '@fairlead/api'
import { applyDefaults, type KubernetesObject, type TypedObject } from '@fairlead/kube-core'
import { Namespace } from '@fairlead/kube-types'
import { compile } from '../compile.ts'
import type { CompileOptions } from '../compiler.ts'
import type { CompileResult } from '../compile-result.ts'
import type { PlannedCondition } from '../judging/conditions.ts'
import type { ResourceSet } from '../resource-set.ts'
import type { Snapshot } from '@fairlead/snapshot'
import { testCapabilities as capabilities } from '@fairlead/snapshot/testing'

/** What of an object a test says; the rest is filled in. */
export interface Described {
  readonly kind: string
  readonly name?: string
  readonly namespace?: string
  readonly generation?: number
  readonly created?: string
  readonly spec: Readonly<Record<string, unknown>>
}

function manifest(described: Described): KubernetesObject {
  const { kind, name = 'default', namespace = 'default', generation = 1, created } = described
  return {
    apiVersion: 'fairlead.dev/v1beta1',
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

/** A resource set of the described objects, in the order given, with the defaults of their schemas. */
export function resourceSet(
  described: readonly Described[],
  namespaces: Readonly<Record<string, Record<string, string>>> = {},
): ResourceSet {
  // the API server has checked specs against their schemas; here the tests vouch for them
  const objects: readonly KubernetesObject[] = [
    ...described.map(manifest).map(withDefaults),
    ...Object.entries(namespaces).map(([name, labels]) => ({
      apiVersion: 'v1',
      kind: Namespace.kind,
      metadata: { name, labels },
    })),
  ]
  return {
    list: <T extends TypedObject>({ kind }: { readonly kind: string }) =>
      objects.filter((object) => object.kind === kind) as readonly TypedObject[] as readonly T[],
  }
}

function withDefaults(object: KubernetesObject): KubernetesObject {
  const schema = definitions.find(({ kind }) => kind === object.kind)?.schema
  return schema ? (applyDefaults(object, schema) as KubernetesObject) : object
}

/** `compile` with the capabilities that the tests are written for. */
export function compileResources(
  resources: ResourceSet,
  options: Partial<CompileOptions> = {},
): CompileResult {
  return compile(resources, { capabilities, ...options })
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

/** Compiles resources beside a gateway and its simulator. */
export function compileAll(...described: readonly Described[]): CompileResult {
  return compileResources(resourceSet([gateway, simulator, ...described]))
}

/** The snapshot of the gateway, with resources beside it and its simulator. */
export function snapshotOf(...described: readonly Described[]): Snapshot | undefined {
  return compileAll(...described).snapshots.get('default/default')
}

/** An LLMProvider named `p`. */
export function provider(spec: Readonly<Record<string, unknown>>): Described {
  return { kind: 'LLMProvider', name: 'p', spec }
}

/** A PromptTemplate named `p` with one version. */
export function prompt(
  version: Readonly<Record<string, unknown>>,
  more: Readonly<Record<string, unknown>> = {},
  described: Partial<Described> = {},
): Described {
  return {
    kind: 'PromptTemplate',
    name: 'p',
    ...described,
    spec: {
      versions: [{ name: '1', messages: [{ role: 'user', content: 'Hi' }], ...version }],
      ...more,
    },
  }
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
