import { readdirSync, readFileSync } from 'node:fs'
import { applyDefaults, checkRoundTrips, type KubernetesObject } from '@fairlead/kube-core'
import { describe, expect, it } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { formerVersion, group, version } from './group.ts'
import { kindVersions } from './kind-versions.ts'
import { servedDefinition } from './served-definitions.ts'

const folder = new URL('./fixtures/', import.meta.url)
const manifests = readdirSync(folder).flatMap((file) =>
  parseAllDocuments(readFileSync(new URL(file, folder), 'utf8')).map((document) => {
    return document.toJS() as KubernetesObject
  }),
)

function versionsOf(kind: string) {
  const found = kindVersions.find((each) => each.kind === kind)
  if (!found) throw new Error(`no kind ${kind}`)
  return found
}

function former(kind: string, spec: object, metadata = {}): KubernetesObject {
  const apiVersion = `${group}/${formerVersion}`
  return { apiVersion, kind, metadata: { name: 'x', namespace: 'a', ...metadata }, spec }
}

function current(kind: string, spec: object, metadata = {}): KubernetesObject {
  return { ...former(kind, spec, metadata), apiVersion: `${group}/${version}` }
}

describe('the versions of a kind', () => {
  it.each(kindVersions.map((kind) => [kind.kind, kind] as const))(
    'lose nothing of a %s on the way there and back, whatever it holds',
    (_, kind) => {
      // Of kinds that are the same in both versions, nothing is converted but apiVersion.
      const rounds = kind.crd.spec.conversion?.strategy === 'Webhook' ? 50 : 2
      expect(() => checkRoundTrips(kind, { rounds })).not.toThrow()
    },
  )

  it.each(manifests.map((object) => [`${object.kind} ${object.metadata.name}`, object] as const))(
    'lose nothing of %s',
    (_, object) => {
      const kind = versionsOf(object.kind)
      const schema = kind.versions[version]?.schema ?? {}
      const stored = applyDefaults(object, schema) as KubernetesObject
      const there = kind.convert(stored, formerVersion)
      expect(there.apiVersion).toBe(`${group}/${formerVersion}`)
      expect(kind.convert(there, version)).toEqual(stored)
    },
  )

  it.each(manifests.map((object) => [`${object.kind} ${object.metadata.name}`, object] as const))(
    'convert parts of %s as well',
    (_, object) => {
      const kind = versionsOf(object.kind)
      const { spec, ...rest } = object as KubernetesObject & { readonly spec: object }
      const parts = Object.keys(spec).map((name) => {
        const { [name as keyof typeof spec]: _field, ...others } = spec
        return { ...rest, spec: others }
      })
      for (const part of [rest, ...parts]) {
        expect(kind.convert(kind.convert(part, formerVersion), version)).toEqual(part)
      }
    },
  )

  it.each<[string, object, object]>([
    [
      'Consumer',
      { serviceAccounts: ['a/b'] },
      { serviceAccounts: [{ namespace: 'a', name: 'b' }] },
    ],
    [
      'PromptTemplate',
      { versions: [{ version: '1', messages: [] }], rollout: [{ version: '1' }] },
      { versions: [{ name: '1', messages: [] }], rollout: [{ version: '1' }] },
    ],
    [
      'Persona',
      { variables: { b: { from: 'Clock' }, a: { default: 'x' } } },
      {
        variables: [
          { name: 'a', default: 'x' },
          { name: 'b', from: 'Clock' },
        ],
      },
    ],
    ['RoutingPolicy', { rules: [] }, { rules: [] }],
  ])('are converted from v1alpha1: %s', (kind, before, after) => {
    const converted = versionsOf(kind).convert(former(kind, before), version)
    expect(converted).toEqual(current(kind, after))
    expect(versionsOf(kind).convert(converted, formerVersion)).toEqual(former(kind, before))
  })

  it('carry the order of variables that a map does not keep', () => {
    const kind = versionsOf('Persona')
    const persona = current('Persona', { variables: [{ name: 'b' }, { name: 'a' }] })
    const there = kind.convert(persona, formerVersion)
    expect(there.metadata.annotations).toEqual({
      'fairlead.dev/persona-variables': '{"variables":["b","a"]}',
    })
    const edited = { ...there, spec: { variables: { a: {}, c: {}, b: {} } } }
    expect(kind.convert(edited, version)).toEqual(
      current('Persona', { variables: [{ name: 'b' }, { name: 'a' }, { name: 'c' }] }),
    )
  })

  it('differ in few kinds, which a webhook converts; the others need none', () => {
    const differing = kindVersions.filter(({ crd }) => crd.spec.conversion?.strategy === 'Webhook')
    expect(differing.map(({ kind }) => kind).toSorted()).toEqual([
      'Consumer',
      'Persona',
      'PromptTemplate',
    ])
  })
})

describe('the definition that is installed', () => {
  it('warns of v1alpha1 and stores v1beta1', () => {
    for (const { crd, kind } of kindVersions) {
      expect(crd.spec.versions).toMatchObject([
        {
          name: 'v1alpha1',
          served: true,
          storage: false,
          deprecated: true,
          deprecationWarning: `fairlead.dev/v1alpha1 ${kind} is deprecated; use fairlead.dev/v1beta1 ${kind}`,
        },
        { name: 'v1beta1', served: true, storage: true },
      ])
    }
  })

  it('names the Service that converts, where versions differ', () => {
    const service = { namespace: 'ai', name: 'hooks' }
    expect(servedDefinition(versionsOf('Persona'), service).spec.conversion).toEqual({
      strategy: 'Webhook',
      webhook: {
        conversionReviewVersions: ['v1'],
        clientConfig: { service: { ...service, path: '/convert' } },
      },
    })
    const routing = servedDefinition(versionsOf('RoutingPolicy'), service)
    expect(routing.spec.conversion).toEqual({ strategy: 'None' })
  })

  it('does not serve v1alpha1 where versions differ and nobody converts', () => {
    const { conversion, versions } = servedDefinition(versionsOf('Persona'), undefined).spec
    expect(conversion).toEqual({ strategy: 'None' })
    expect(versions.map(({ name, served }) => [name, served])).toEqual([
      ['v1alpha1', false],
      ['v1beta1', true],
    ])
  })
})
