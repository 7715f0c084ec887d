import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { kindVersions } from '@fairlead/api'
import { startApiServer } from '@fairlead/apiserver'
import { silentLogger } from '@fairlead/base'
import { createClient, loadKubeConfig } from '@fairlead/controller-runtime'
import {
  applyDefaults,
  type DefinedResource,
  type KubernetesObject,
  type TypedObject,
  untyped,
} from '@fairlead/kube-core'
import { CustomResourceDefinition } from '@fairlead/kube-types'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { filesMatching, readText } from '../tools/source-tree.ts'
import { blocksOf } from './support/fenced-blocks.ts'
import { startFairlead, type FairleadProcess } from './support/fairlead-process.ts'
import { waitFor } from './support/wait-for.ts'

const former = 'fairlead.dev/v1alpha1'
/** At 100 writes a second, so many that a kill finds some of both versions. */
const consumers = 400

const specs: readonly (readonly [string, string, object])[] = [
  ['LLMProvider', 'old', { type: 'Simulator' }],
  ['Persona', 'old', { instructions: 'In {{city}}', variables: { city: { default: 'Rome' } } }],
  [
    'PromptTemplate',
    'old',
    {
      versions: [{ version: '1', messages: [{ role: 'user', content: 'Hi' }] }],
      rollout: [{ version: '1' }],
    },
  ],
  ...Array.from(
    { length: consumers },
    (_, index) => ['Consumer', `c${index}`, { serviceAccounts: ['default/web'] }] as const,
  ),
]

/** A data directory as the version before left it: v1alpha1 is all that there is. */
async function formerDataDirectory(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'fairlead-'))
  const dataDir = join(folder, 'apiserver')
  const server = await startApiServer({ dataDir, logger: silentLogger })
  const client = createClient(loadKubeConfig({ text: server.kubeconfig() }), {
    onWarning: () => {},
  })
  const types = kindVersions.flatMap(({ versions }) => versions['v1alpha1'] ?? [])
  for (const { crd } of types) {
    await client.apply(CustomResourceDefinition, crd, { fieldManager: 'fairlead-install' })
  }
  for (const [kind, name, spec] of specs) {
    const type = types.find((each) => each.kind === kind) as DefinedResource<TypedObject>
    const object = { apiVersion: former, kind, metadata: { namespace: 'default', name }, spec }
    await client.create(untyped(type), object)
  }
  await client.close()
  await server.stop()
  return folder
}

describe('a data directory of v1alpha1', { timeout: 180_000 }, () => {
  let fairlead: FairleadProcess
  beforeAll(async () => {
    const dataDir = await formerDataDirectory()
    fairlead = await startFairlead({ dataDirectory: dataDir, flags: ['--no-quickstart'] })
  }, 120_000)
  afterAll(() => fairlead[Symbol.asyncDispose]())

  const specOf = async (kind: string, name: string) => {
    const { spec } = JSON.parse(await fairlead.kubectl('get', kind, name, '-o', 'json')) as {
      spec: object
    }
    return spec
  }
  const storedVersions = async (plural: string) =>
    fairlead.kubectl(
      'get',
      'crd',
      `${plural}.fairlead.dev`,
      '-o',
      'jsonpath={.status.storedVersions[*]}',
    )

  it('is served in both versions while it is migrated', async () => {
    expect(await storedVersions('consumers')).toBe('v1alpha1 v1beta1')
    expect(await specOf('consumers.v1beta1.fairlead.dev', 'c399')).toMatchObject({
      serviceAccounts: [{ namespace: 'default', name: 'web' }],
    })
    expect(await specOf('consumers.v1alpha1.fairlead.dev', 'c399')).toMatchObject({
      serviceAccounts: ['default/web'],
    })
    expect(await specOf('persona', 'old')).toMatchObject({
      variables: [{ name: 'city', default: 'Rome' }],
    })
    expect(await specOf('prompttemplate', 'old')).toMatchObject({ versions: [{ name: '1' }] })
  })

  it('is migrated although the process is killed in between', async () => {
    await fairlead.kill()
    fairlead = await fairlead.restart()
    await waitFor(
      'the migration',
      async () => {
        for (const { plural } of kindVersions) {
          if ((await storedVersions(plural)) !== 'v1beta1') return false
        }
        return true
      },
      110_000,
    )
    const { items } = JSON.parse(await fairlead.kubectl('get', 'consumers', '-o', 'json')) as {
      items: { apiVersion: string; spec: { serviceAccounts: object[] } }[]
    }
    expect(items).toHaveLength(consumers)
    for (const { apiVersion, spec } of items) {
      expect(apiVersion).toBe('fairlead.dev/v1beta1')
      expect(spec.serviceAccounts).toEqual([{ namespace: 'default', name: 'web' }])
    }
  })

  it('takes and warns of v1alpha1', async () => {
    const manifest = JSON.stringify({
      apiVersion: former,
      kind: 'Persona',
      metadata: { name: 'late', namespace: 'default' },
      spec: { instructions: 'On {{date}}', variables: { date: { from: 'Clock' } } },
    })
    const { stdout, stderr } = await fairlead.kubectl.run(['apply', '-f', '-'], manifest)
    expect(stdout).toContain('persona.fairlead.dev/late created')
    expect(stderr).toContain(
      'Warning: fairlead.dev/v1alpha1 Persona is deprecated; use fairlead.dev/v1beta1 Persona',
    )
    expect(await specOf('persona', 'late')).toMatchObject({
      variables: [{ name: 'date', from: 'Clock' }],
    })
    const again = await fairlead.kubectl.run(['apply', '-f', '-'], manifest)
    expect(again.stdout).toContain('unchanged')
  })

  it('refuses what v1alpha1 refuses, in its own words', async () => {
    const manifest = JSON.stringify({
      apiVersion: former,
      kind: 'Consumer',
      metadata: { name: 'late', namespace: 'default' },
      spec: { serviceAccounts: ['web'] },
    })
    const { stderr } = await fairlead.kubectl.run(['apply', '-f', '-'], manifest)
    expect(stderr).toContain('spec.serviceAccounts[0] in body should match')
  })

  it('changes no published version by being migrated, and lets none be changed', async () => {
    const version = { name: '1', messages: [{ role: 'user', content: 'Bye' }] }
    const { stderr } = await fairlead.kubectl.run(
      ['patch', 'prompttemplate', 'old', '--type=merge', '-p'].concat(
        JSON.stringify({ spec: { versions: [version] } }),
      ),
    )
    expect(stderr).toContain('a published version never changes')
  })
})

describe('every manifest of examples and documents', () => {
  const texts = [
    ...filesMatching('examples/*/*.yaml').map((path) => [path, readText(path)] as const),
    ...['README.md', ...filesMatching('docs/**/*.md')].flatMap((path) =>
      blocksOf(readText(path), 'yaml').map((text) => [path, text] as const),
    ),
  ]
  const objects = texts.flatMap(([path, text]) =>
    parseAllDocuments(text).flatMap((document) => {
      const object = document.toJS() as KubernetesObject | null
      const kind = kindVersions.find(({ kind: name }) => name === object?.kind)
      if (!object || !kind || !object.apiVersion.startsWith('fairlead.dev/')) return []
      return [[`${path}: ${object.kind} ${object.metadata.name}`, object, kind] as const]
    }),
  )

  it('is of v1beta1', () => {
    expect(objects.length).toBeGreaterThan(60)
    expect(objects.filter(([, { apiVersion }]) => apiVersion !== 'fairlead.dev/v1beta1')).toEqual(
      [],
    )
  })

  it.each(objects)('comes back from the other version as it was: %s', (_, object, kind) => {
    const { v1alpha1: old, v1beta1: current } = kind.versions
    const stored = applyDefaults(object, current?.schema ?? {}) as KubernetesObject
    const there = kind.convert(stored, 'v1alpha1')
    expect(kind.convert(there, 'v1beta1')).toEqual(stored)
    const asOld = applyDefaults(there, old?.schema ?? {}) as KubernetesObject
    expect(asOld).toEqual(there)
    expect(kind.convert(kind.convert(asOld, 'v1beta1'), 'v1alpha1')).toEqual(asOld)
  })
})
