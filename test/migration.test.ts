import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { LLMGateway } from '@fairlead/api'
import { apiVersionOf } from '@fairlead/kube-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { capabilities } from '../packages/cli/src/capabilities.ts'
import { convertLiteLLMConfig } from '../packages/cli/src/litellm/convert-config.ts'
import { parseManifests } from '../packages/cli/src/load-manifests.ts'
import { validateFolders } from '../packages/cli/src/validation/validate-folders.ts'
import { answerAsVendor, type ReachedProvider } from './migration/answer-as-vendor.ts'
import { configurations } from './migration/configurations.ts'
import { everyKey, gatewayAtUpstream } from './migration/gateway-at-upstream.ts'
import { blocksOf } from './support/fenced-blocks.ts'
import { readText } from '../tools/source-tree.ts'
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
    const gateway = await gatewayAtUpstream(
      conversion.files.flatMap(({ name, text }) =>
        parseManifests(name, text).map(({ object }) => object),
      ),
      upstream.url,
    )
    for (const [asked, expected] of Object.entries(calls)) {
      reached.length = 0
      const response = await gateway.chat(
        { model: asked, max_tokens: 10, messages: [{ role: 'user', content: 'Hi' }] },
        { ...headers, authorization: `Bearer ${everyKey}` },
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
        { ...headers, authorization: `Bearer ${everyKey}` },
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

describe.each([
  ['portkey', { newsdesk: ['groq llama-3.3-70b-versatile'] }],
  ['apipark', { translation: ['openai gpt-5-mini', 'anthropic claude-haiku-4-5'] }],
  ['one-api', { 'gpt-4o': ['azure-eu gpt-4o', 'openai gpt-4o'] }],
])('docs/migrate/%s.md', (page, routes) => {
  const text = blocksOf(readText(`docs/migrate/${page}.md`), 'yaml').join('\n---\n')
  const gateway = { apiVersion: apiVersionOf(LLMGateway), kind: LLMGateway.kind }

  it('has manifests without problems', () => {
    const path = join(folder.path, page)
    mkdirSync(path)
    writeFileSync(join(path, 'page.yaml'), text)
    const named = { ...gateway, metadata: { name: 'default' }, spec: {} }
    writeFileSync(join(path, 'gateway.json'), JSON.stringify(named))
    const { findings } = validateFolders([path], capabilities)
    expect(findings.filter(({ message }) => !message.includes('there is no Secret'))).toEqual([])
  })

  it('routes calls as it says', async () => {
    const metadata = { name: 'default', namespace: 'default' }
    const objects = parseManifests('page', text).map(({ object }) => ({
      ...object,
      metadata: { namespace: 'default', ...object.metadata },
    }))
    const open = { ...gateway, metadata, spec: { auth: { mode: 'Disabled' } } }
    const running = await gatewayAtUpstream([open, ...objects], upstream.url)
    for (const [model, expected] of Object.entries(routes)) {
      const response = await running.post('/v1/route', { model })
      expect(asConfigured((await response.json()) as ShownRoute)).toEqual(expected)
    }
  })
})
