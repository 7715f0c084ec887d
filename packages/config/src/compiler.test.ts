import { kinds, ReferenceGrant } from '@fairlead/api'
import {
  deepEqual,
  type KubernetesObject,
  type ResourceType,
  type TypedObject,
} from '@fairlead/kube-core'
import { Namespace } from '@fairlead/kube-types'
import { testCapabilities as capabilities } from '@fairlead/snapshot/testing'
import { describe, expect, it } from 'vitest'
import type { CompileResult } from './compile-result.ts'
import { compile } from './compile.ts'
import { createCompiler } from './compiler.ts'
import { CurrentResources } from './current-resources.ts'
import type { ResourceSet } from './resource-set.ts'

type Random = (below: number) => number
type Spec = Readonly<Record<string, unknown>>

const namespaces = ['default', 'team-a', 'team-b']

const pick = <T>(random: Random, from: readonly T[]): T => from[random(from.length)] as T

/** A name, or one in another namespace. */
const reference = (random: Random, names: readonly string[]): Spec => ({
  name: pick(random, names),
  ...(random(3) === 0 && { namespace: pick(random, namespaces) }),
})

/** How a spec of each kind is drawn: few values, so that they meet, and some of them wrong. */
const specs: Readonly<Record<string, (random: Random) => Spec>> = {
  LLMGateway: (random) => ({
    allowedNamespaces: pick<Spec>(random, [
      { from: 'Same' },
      { from: 'All' },
      { from: 'Selector', selector: { matchLabels: { tier: 'gold' } } },
    ]),
    defaults: {
      providers: [reference(random, ['a', 'b'])],
      ...(random(2) === 0 && { personaRef: reference(random, ['a', 'b']) }),
      ...(random(2) === 0 && { contextStrategyRef: reference(random, ['a', 'b']) }),
      ...(random(2) === 0 && { conversationStoreRef: reference(random, ['a', 'b']) }),
    },
    limits: { requestTimeout: pick(random, ['1m', '2m', 'soon']) },
  }),
  LLMProvider: (random) => ({
    type: pick(random, ['Simulator', 'Simulator', 'Simulator', 'Bedrock', 'OpenAI']),
    models: [{ name: pick(random, ['m', 'n']) }],
    credentials: random(2) === 0 ? [] : [{ name: 'k', secretRef: secret(random) }],
  }),
  RoutingPolicy: (random) => ({
    gatewayRefs: random(3) === 0 ? [reference(random, ['a']), { name: 'b' }] : [{ name: 'a' }],
    rules: Array.from({ length: 1 + random(3) }, (_, index) => ({
      name: `r${index}`,
      match: {
        models: pick(random, [[], ['m'], ['m', 'n'], ['m*'], ['model*']]),
        groups: pick(random, [[], ['g']]),
      },
      targets: [{ name: 't', providerRef: reference(random, ['a', 'b', 'c']) }],
    })),
  }),
  PromptTemplate: (random) => ({
    versions: [
      {
        name: '1',
        messages: [{ role: 'user', content: pick(random, ['Hello', 'Hello {{name}}']) }],
        parameters: { type: 'object', properties: pick<Spec>(random, [{}, { name: {} }]) },
      },
    ],
    ...(random(2) === 0 && { expose: { path: pick(random, ['/one', '/two', '/v1/x']) } }),
  }),
  Persona: (random) => ({
    instructions: pick(random, ['Help.', 'Wait.']),
    settings: pick<Spec>(random, [{}, { topP: 1 }]),
  }),
  ContextStrategy: (random) => ({
    history: pick<Spec>(random, [
      { mode: 'Full' },
      { mode: 'LastTurns' },
      { mode: 'LastTurns', lastTurns: { turns: 1 + random(2) } },
    ]),
  }),
  ConversationStore: (random) => ({
    type: pick(random, ['Memory', 'SQLite', 'Redis']),
    sqlite: { path: pick(random, ['a.db', '../a.db']) },
  }),
  Consumer: (random) => ({
    groups: pick(random, [[], ['g']]),
    apiKeys: [
      { name: 'one', secretRef: secret(random) },
      { name: 'two', sha256: random(2).toString().repeat(64) },
    ],
  }),
  UsagePolicy: (random) => ({
    targetRefs: targets(random),
    match: pick<Spec>(random, [{}, { groups: ['g'] }, { cel: 'request.stream' }, { cel: '1 +' }]),
    limits: [{ name: 'l', requests: random(3), window: { every: pick(random, ['1m', 'soon']) } }],
  }),
  PriceBook: (random) => ({
    targetRefs: pick<readonly Spec[]>(random, [
      [{ kind: 'LLMGateway', name: 'a' }],
      [
        { kind: 'LLMGateway', name: 'b' },
        { kind: 'LLMGateway', name: 'a' },
      ],
    ]),
    catalogue: pick(random, ['BuiltIn', 'None']),
  }),
  AccessPolicy: (random) => ({
    targetRefs: targets(random),
    action: pick(random, ['Allow', 'Deny']),
    resources: { models: pick(random, [['m'], ['*']]) },
  }),
  CachePolicy: (random) => ({
    targetRefs: targets(random),
    ttl: pick(random, ['1m', '1h', '9999h']),
    scope: pick(random, ['Consumer', 'Gateway']),
  }),
  GuardrailPolicy: (random) => ({
    targetRefs: targets(random),
    guards: [
      {
        name: 'g',
        phases: ['Input', 'Output'],
        regex: { patterns: [pick(random, ['a', 'a+', '('])] },
        action: pick(random, ['Mask', 'Reject']),
      },
    ],
  }),
  KnowledgeBase: (random) => ({
    sources: [
      pick<Spec>(random, [
        { name: 'a', configMapRef: { name: 'c' } },
        { name: 'a', configMapRef: reference(random, ['c']) },
      ]),
    ],
    store: { sqlite: { path: pick(random, ['a.db', 'b.db', '../c.db']) } },
  }),
  PromptEvaluation: (random) => ({
    promptRef: { name: pick(random, ['a', 'b']) },
    versions: ['1'],
    dataset: { configMapRef: { name: 'c' } },
    metrics: [
      pick<Spec>(random, [
        { name: 'm', type: 'ExactMatch' },
        { name: 'n', type: 'Likeness' },
      ]),
    ],
    ...pick<Spec>(random, [{}, { schedule: '@daily' }, { schedule: 'soon' }]),
  }),
  ReferenceGrant: (random) => ({
    from: [
      {
        group: 'fairlead.dev',
        kind: pick(random, ['RoutingPolicy', 'LLMGateway', 'Consumer', 'LLMProvider']),
        namespace: pick(random, namespaces),
      },
    ],
    to: [
      pick<Spec>(random, [
        { group: 'fairlead.dev', kind: 'LLMProvider' },
        { group: 'fairlead.dev', kind: 'LLMProvider', name: 'a' },
        { group: 'fairlead.dev', kind: 'Persona' },
        { group: '', kind: 'Secret' },
      ]),
    ],
  }),
}

function targets(random: Random): readonly Spec[] {
  return Array.from({ length: 1 + random(3) }, () => target(random))
}

function target(random: Random): Spec {
  const kind = pick(random, ['LLMGateway', 'RoutingPolicy', 'LLMProvider', 'Consumer'])
  const rule = kind === 'RoutingPolicy' && random(2) === 0
  return { kind, name: pick(random, ['a', 'b']), ...(rule && { sectionName: 'r1' }) }
}

function secret(random: Random): Spec {
  return { ...reference(random, ['s', 't']), key: 'k' }
}

const types: readonly ResourceType[] = [...kinds, ReferenceGrant, Namespace]

/** Resources that change at random, as an API server would store them. */
class World implements ResourceSet {
  readonly #random: Random
  readonly #objects = new Map<string, KubernetesObject>()
  #count = 0

  constructor(seed: number) {
    let state = seed
    this.#random = (below) => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
      return Math.floor((state / 2 ** 32) * below)
    }
  }

  list<T extends TypedObject>({ kind }: ResourceType<T>): readonly T[] {
    const objects: readonly TypedObject[] = [...this.#objects.values()]
    return objects.filter(
      (object) => object.kind === kind,
    ) as readonly TypedObject[] as readonly T[]
  }

  /** Creates, changes, touches or deletes one object. */
  change(): void {
    const random = this.#random
    const type = pick(random, types)
    const name = type.kind === Namespace.kind ? pick(random, namespaces) : pick(random, ['a', 'b'])
    const namespace = type.kind === Namespace.kind ? undefined : pick(random, namespaces)
    const key = `${type.kind} ${namespace}/${name}`
    const before = this.#objects.get(key)
    this.#count += 1
    const action = random(6)
    if (before && action === 0) this.#objects.delete(key)
    else if (before && action === 1) {
      this.#objects.set(key, { ...before, status: { observedGeneration: this.#count } })
    } else this.#objects.set(key, this.#object(type, { name, namespace }, before))
  }

  #object(
    { kind, group, version }: ResourceType,
    { name, namespace }: { readonly name: string; readonly namespace: string | undefined },
    before: KubernetesObject | undefined,
  ): KubernetesObject {
    const random = this.#random
    const spec = specs[kind]?.(random)
    const created = before?.metadata.creationTimestamp
    return {
      apiVersion: group === '' ? version : `${group}/${version}`,
      kind,
      metadata: {
        name,
        uid: before?.metadata.uid ?? String(this.#count),
        creationTimestamp: created ?? `2026-01-0${1 + random(3)}T00:00:00Z`,
        ...(namespace !== undefined && { namespace }),
        ...(spec === undefined
          ? { labels: pick<Record<string, string>>(random, [{}, { tier: 'gold' }]) }
          : { generation: (before?.metadata.generation ?? 0) + 1 }),
      },
      ...(spec && { spec }),
    }
  }
}

/** An entry of a list or map in a snapshot. */
interface Entry {
  readonly namespace?: string
  readonly name?: string
  /** Of a route. */
  readonly policy?: { readonly namespace: string; readonly name: string }
  readonly rule?: string
}

/** Every part of a result that must keep its identity, by where it stands. */
function partsOf({ snapshots, conditions, conditionsByKind }: CompileResult): Map<string, unknown> {
  const parts = new Map<string, unknown>([['conditions', conditions]])
  for (const [kind, byKey] of conditionsByKind) {
    parts.set(kind, byKey)
    for (const [key, planned] of byKey) parts.set(`${kind} ${key}`, planned)
  }
  for (const [gateway, snapshot] of snapshots) {
    parts.set(gateway, snapshot)
    for (const [field, value] of Object.entries(snapshot)) {
      parts.set(`${gateway} ${field}`, value)
      const entries: unknown = value instanceof Map ? [...value.values()] : value
      if (!Array.isArray(entries)) continue
      for (const entry of entries as readonly Entry[]) {
        const { namespace, name } = entry.policy ?? entry
        parts.set(`${gateway} ${field} ${namespace}/${name} ${entry.rule}`, entry)
      }
    }
  }
  return parts
}

const asJson = (value: unknown): unknown =>
  JSON.parse(
    JSON.stringify(value, (_, field: unknown) =>
      field instanceof Map ? Object.fromEntries(field as Map<string, unknown>) : field,
    ),
  )

const options = { capabilities }

describe('compiling again after a change', () => {
  it.each(Array.from({ length: 12 }, (_, seed) => seed + 1))(
    'gives what compiling anew gives, and keeps what is equal (seed %i)',
    (seed) => {
      const world = new World(seed)
      const compiler = createCompiler(options)
      const resources = new CurrentResources((type) => world.list(type))
      let before = compiler.compile(resources)
      for (let step = 0; step < 150; step++) {
        world.change()
        const fresh = compile(new CurrentResources((type) => world.list(type)), options)
        const after = compiler.compile(resources)
        expect(after).toEqual(fresh)
        const known = partsOf(before)
        for (const [where, part] of partsOf(after)) {
          const old = known.get(where)
          if (old !== part && deepEqual(asJson(old ?? null), asJson(part ?? null))) {
            expect.fail(`step ${step}: ${where} is equal to the one before, but another object`)
          }
        }
        before = after
      }
      expect(before.snapshots.size + before.conditions.length).toBeGreaterThan(5)
    },
  )

  it('of nothing is the same result', () => {
    const world = new World(1)
    for (let step = 0; step < 50; step++) world.change()
    const resources = new CurrentResources((type) => world.list(type))
    const compiler = createCompiler(options)
    expect(compiler.compile(resources)).toBe(compiler.compile(resources))
  })
})
