import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { LLMProvider } from '@fairlead/api'
import { createCompiler } from '@fairlead/config'
import { apiVersionOf, type KubernetesObject, type ResourceType } from '@fairlead/kube-core'
import type { Snapshot } from '@fairlead/snapshot'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { capabilities } from '../packages/cli/src/capabilities.ts'
import { ManifestChecker } from '../packages/cli/src/config-source/manifest-checker.ts'
import { convertLiteLLMConfig } from '../packages/cli/src/litellm/convert-config.ts'
import { parseManifests } from '../packages/cli/src/load-manifests.ts'
import { validateFolders } from '../packages/cli/src/validation/validate-folders.ts'
import { testGateway, type TestGateway } from '../packages/gateway/src/test-support/test-gateway.ts'
import { answerAsVendor, type ReachedProvider } from './litellm/answer-as-vendor.ts'
import { type Configuration, configurations } from './litellm/configurations.ts'
import { startUpstream, type Upstream } from './support/upstream.ts'
import { temporaryFolder } from './support/temporary-folder.ts'

const folder = temporaryFolder()
const reached: ReachedProvider[] = []
let upstream: Upstream
beforeAll(async () => {
  upstream = await startUpstream(answerAsVendor((call) => reached.push(call)))
})
afterAll(async () => {
  await upstream.stop()
  folder[Symbol.dispose]()
})

const convert = (yaml: string, environment: Readonly<Record<string, string>> = {}) =>
  convertLiteLLMConfig(yaml.trimStart(), {
    gateway: { namespace: 'default', name: 'default' },
    environment,
    fillsSecrets: false,
  })

describe.each(configurations)('a configuration like $like', (configuration) => {
  const { calls = {}, headers = {}, notes, routes = {}, yaml } = configuration
  const conversion = convert(yaml)

  it('becomes manifests without problems', () => {
    const path = join(folder.path, configuration.like.replaceAll(/\W+/g, '-'))
    mkdirSync(path)
    for (const { name, text } of conversion.files) writeFileSync(join(path, name), text)
    const { findings } = validateFolders([path], capabilities)
    expect(findings.filter(({ message }) => !message.includes('there is no Secret'))).toEqual([])
  })

  it('tells what is not as it was', () => {
    expect(
      conversion.notes.map(({ line, setting, severity }) => `${line} ${severity} ${setting}`),
    ).toEqual(notes)
  })

  it('has keys in Secrets alone', () => {
    const open = conversion.files.filter(({ isPrivate }) => !isPrivate).map(({ text }) => text)
    const told = conversion.notes.map(({ message }) => message)
    expect([...open, ...told].join('\n')).not.toMatch(/sk-|secret-of|eyJ0|AKIA|hidden|key-of|u:p@/)
  })

  it('routes calls to the models that LiteLLM would call', async () => {
    const gateway = await gatewayOf(configuration)
    for (const [asked, expected] of Object.entries(calls)) {
      reached.length = 0
      const response = await gateway.chat(
        { model: asked, max_tokens: 10, messages: [{ role: 'user', content: 'Hi' }] },
        { ...headers, authorization: 'Bearer a-key' },
      )
      expect({ asked, status: response.status, text: await response.text() }).toMatchObject({
        asked,
        status: 200,
      })
      expect(reached.map(({ provider, model }) => `${provider} ${model}`)).toEqual([expected])
    }
    for (const [asked, expected] of Object.entries(routes)) {
      const response = await gateway.post(
        '/v1/route',
        { model: asked },
        { ...headers, authorization: 'Bearer a-key' },
      )
      expect(asConfigured((await response.json()) as ShownRoute)).toEqual(expected)
    }
  })
})

interface ShownRoute {
  readonly strategy: string
  readonly targets: readonly {
    readonly provider: string
    readonly model: string
    readonly weight: number
  }[]
}

/** Those that are drawn in alphabetical order, then the fallbacks in theirs. */
function asConfigured({ strategy, targets }: ShownRoute): readonly string[] {
  const shown = targets.map(({ provider, model, weight }) => ({
    text: `${provider.replace('default/', '')} ${model}`,
    isDrawn: strategy !== 'Priority' && weight > 0,
  }))
  const drawn = shown.findLastIndex(({ isDrawn }) => isDrawn) + 1
  expect(shown.slice(0, drawn).every(({ isDrawn }) => isDrawn)).toBe(true)
  const texts = shown.map(({ text }) => text)
  return [...texts.slice(0, drawn).toSorted(), ...texts.slice(drawn)]
}

/** A gateway that runs what a configuration became, with all providers at the test's upstream. */
async function gatewayOf({ yaml }: Configuration): Promise<TestGateway> {
  const checker = new ManifestChecker()
  const objects = convert(yaml)
    .files.flatMap(({ name, text }) => parseManifests(name, text))
    .map(({ file, object }) => checker.check({ file, object: atUpstream(object) }).resource)
  const snapshot = snapshotOf(objects)
  const secrets = new Map(
    objects
      .filter(({ kind }) => kind === 'Secret')
      .map(({ metadata }) => [metadata.name ?? '', 'a-key']),
  )
  const gateway = await testGateway({ secrets: Object.fromEntries(secrets) })
  gateway.snapshots.set(snapshot)
  return gateway
}

function snapshotOf(objects: readonly KubernetesObject[]): Snapshot {
  const placed = objects.map((object) => ({
    ...object,
    metadata: { ...object.metadata, creationTimestamp: '2026-01-01T00:00:00Z', generation: 1 },
  }))
  const list = (type: ResourceType) =>
    placed.filter(({ apiVersion, kind }) => apiVersion === apiVersionOf(type) && kind === type.kind)
  const { snapshots } = createCompiler({ capabilities }).compile({ list } as never)
  const snapshot = snapshots.get('default/default')
  if (snapshot === undefined) throw new Error('there is no snapshot')
  return snapshot
}

/** Types whose identity is shown to their own cloud alone stay where they are: they are not called. */
function atUpstream(object: KubernetesObject): KubernetesObject {
  if (object.kind === 'LLMGateway') {
    const spec = object['spec'] as object
    return {
      ...object,
      spec: { ...spec, egress: { privateNetworks: 'Allow' } },
    }
  }
  if (object.kind !== 'LLMProvider') return object
  const { spec } = object as unknown as LLMProvider
  const { azure, type } = spec
  const isElsewhere =
    type === 'VertexAI' ||
    type === 'Simulator' ||
    azure?.entra !== undefined ||
    spec.authentication?.source === 'WorkloadIdentity'
  if (isElsewhere) return object
  const version = type === 'Gemini' ? '/v1beta' : type === 'Cohere' ? '/v2' : '/v1'
  const path = type === 'AzureOpenAI' || type === 'Bedrock' ? '' : version
  const { resourceName: _, ...rest } = azure ?? {}
  return {
    ...object,
    spec: {
      ...spec,
      ...(azure === undefined ? {} : { azure: rest }),
      baseURL: `${upstream.url}/${object.metadata.name}${path}`,
    },
  }
}
