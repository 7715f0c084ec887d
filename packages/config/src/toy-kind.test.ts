import { LLMProvider } from '@fairlead/api'
import { defineResource, type KubernetesObject, type Resource } from '@fairlead/kube-core'
import type { Snapshot } from '@fairlead/snapshot'
import { describe, expect, it } from 'vitest'
import { compile } from './compile.ts'
import type { KindCompiler, SnapshotPart } from './judging/kind-compiler.ts'
import { settingsByKey } from './judging/settings-by-key.ts'
import { kinds } from './kinds/kinds.ts'
import { configurationTypes } from './resource-set.ts'
import { testCapabilities as capabilities } from '@fairlead/snapshot/testing'
import { conditionsOf, gateway, resourceSet, simulator } from './test-support/resources.ts'

interface BellSpec {
  readonly tone: string
  readonly providerRef: { readonly name: string }
  readonly volume?: number
}

type Bell = Resource<BellSpec, unknown>

interface BellSettings {
  readonly tone: string | undefined
  readonly provider: string
}

const Bell = defineResource<BellSpec, unknown>({
  group: 'fairlead.dev',
  version: 'v1beta1',
  kind: 'Bell',
  plural: 'bells',
  description: 'A toy.',
  spec: {
    type: 'object',
    properties: {
      tone: { type: 'string' },
      volume: { type: 'integer' },
      providerRef: { type: 'object', properties: { name: { type: 'string' } } },
    },
  },
})

/** A kind with everything that a kind can have; the list is the only place that names it. */
const bell: KindCompiler<Bell, BellSettings> = {
  type: Bell,
  references: [LLMProvider],
  conditionTypes: [{ type: 'Ringing', reasons: { True: ['Ringing'], False: ['ToneTaken'] } }],
  compile: ({ spec }, findings) => {
    const provider = findings.resolve(LLMProvider, spec.providerRef, 'spec.providerRef')
    return provider === undefined ? undefined : { tone: spec.tone, provider }
  },
  unsupportedFields: () => [{ path: 'spec.volume' }],
  conditions: (_, { conflicts }) => [
    conflicts.length === 0
      ? { type: 'Ringing', status: 'True', reason: 'Ringing', message: 'It rings' }
      : { type: 'Ringing', status: 'False', reason: 'ToneTaken', message: conflicts.join('; ') },
  ],
  statusFields: ({ settings }) => ({ rings: settings !== undefined }),
  claims: {
    of: ({ tone }) => (tone === undefined ? [] : [{ subject: tone, name: tone }]),
    without: (settings) => ({ ...settings, tone: undefined }),
    describeLoss: ({ name }, winner) => `tone ${name} belongs to ${winner}`,
    refuses: false,
  },
  contribute: (members) => {
    const part: SnapshotPart & { readonly bells: ReadonlyMap<string, BellSettings> } = {
      bells: settingsByKey(members),
    }
    return part
  },
}

const withBell = [bell, ...kinds]

const one = (name: string, spec: object, created?: string) => ({
  kind: 'Bell',
  name,
  ...(created !== undefined && { created }),
  spec: { providerRef: { name: 'simulator' }, ...spec },
})

const compileBells = (...bells: readonly ReturnType<typeof one>[]) =>
  compile(resourceSet([gateway, simulator, ...bells]), { capabilities, kinds: withBell })

const bellsIn = (snapshot: Snapshot | undefined) =>
  (snapshot as (Snapshot & { bells: ReadonlyMap<string, BellSettings> }) | undefined)?.bells

describe('a kind that is added to the list', () => {
  it('stands in the snapshot with its references resolved, and is judged like the others', () => {
    const result = compileBells(one('a', { tone: 'c', volume: 3 }))
    const snapshot = result.snapshots.get('default/default')
    expect(bellsIn(snapshot)?.get('default/a')).toEqual({
      tone: 'c',
      provider: 'default/simulator',
    })
    expect(snapshot?.providers.has('default/simulator')).toBe(true)
    expect(conditionsOf(result, 'Bell', 'default/a')).toMatchObject({
      Accepted: {
        status: 'True',
        reason: 'PartiallySupported',
        message: 'Accepted, but these fields are not implemented yet: spec.volume (ignored)',
      },
      ResolvedRefs: { status: 'True' },
      Ringing: { status: 'True', reason: 'Ringing' },
    })
    expect(result.conditions.find(({ kind }) => kind === 'Bell')?.statusFields).toEqual({
      rings: true,
    })
  })

  it('says which reference does not resolve', () => {
    const result = compileBells(one('a', { providerRef: { name: 'gone' } }))
    expect(bellsIn(result.snapshots.get('default/default'))?.size).toBe(0)
    expect(conditionsOf(result, 'Bell', 'default/a').ResolvedRefs).toMatchObject({
      status: 'False',
      reason: 'RefNotFound',
      message: 'spec.providerRef: LLMProvider default/gone does not exist',
    })
  })

  it('loses a claim to an older one', () => {
    const result = compileBells(
      one('a', { tone: 'c' }),
      one('b', { tone: 'c' }, '2025-01-01T00:00:00Z'),
    )
    const bells = bellsIn(result.snapshots.get('default/default'))
    expect([...(bells?.values() ?? [])].map(({ tone }) => tone)).toEqual([undefined, 'c'])
    expect(conditionsOf(result, 'Bell', 'default/a')).toMatchObject({
      Accepted: { status: 'True' },
      Ringing: {
        reason: 'ToneTaken',
        message: 'on LLMGateway default/default, tone c belongs to Bell default/b, which is older',
      },
    })
  })

  it('is watched', () => {
    expect(configurationTypes(withBell)).toContain(Bell)
  })

  it('changes nothing for a gateway whose kinds do not include it', () => {
    const resources = resourceSet([gateway, simulator, one('a', {})])
    const { conditions } = compile(resources, { capabilities })
    expect(conditions.some(({ kind }) => kind === 'Bell')).toBe(false)
  })
})

describe('the list of kinds', () => {
  const referring = (name: string, ...references: KindCompiler['references']): KindCompiler => ({
    ...bell,
    type: { ...Bell, kind: name },
    references,
  })
  const compileWith = (list: readonly KindCompiler[]) =>
    compile(
      { list: () => [] as never[] satisfies KubernetesObject[] },
      { capabilities, kinds: list },
    )

  it('must contain what its kinds refer to', () => {
    expect(() => compileWith([bell])).toThrow(
      'Bell refers to LLMProvider, which is not in the list',
    )
  })

  it('must not refer in a circle', () => {
    const a = { ...Bell, kind: 'A' }
    const b = { ...Bell, kind: 'B' }
    expect(() => compileWith([referring('A', b), referring('B', a)])).toThrow('A -> B -> A')
  })

  it('must declare the references that it resolves', () => {
    const undeclared: KindCompiler = { ...bell, references: [] }
    const resources = resourceSet([one('a', {})])
    expect(() => compile(resources, { capabilities, kinds: [undeclared, ...kinds] })).toThrow(
      'the compiler of Bell must list LLMProvider in its references',
    )
  })
})
