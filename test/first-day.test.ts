import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { definitions } from '@fairlead/api'
import { startApiServer, type ApiServer } from '@fairlead/apiserver'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { kubectlFor, type Kubectl } from './support/kubectl.ts'
import { manifest } from './support/manifests.ts'
import { temporaryFolder } from './support/temporary-folder.ts'

const target = { name: 'a', providerRef: { name: 'openai' }, model: 'gpt-4o' }
const other = { name: 'b', providerRef: { name: 'anthropic' } }
const rules = [
  { name: 'wide', strategy: 'Weighted', targets: [target, other] },
  { name: 'narrow', match: { models: ['fast'] }, strategy: 'Priority', targets: [target] },
]

// What somebody who installs Fairlead for the first time sees of it with kubectl.
describe('on the first day, kubectl', () => {
  const folder = temporaryFolder()
  let server: ApiServer
  let kubectl: Kubectl

  beforeAll(async () => {
    server = await startApiServer()
    const kubeconfig = join(folder.path, 'kubeconfig')
    writeFileSync(kubeconfig, server.kubeconfig(), { mode: 0o600 })
    kubectl = kubectlFor(kubeconfig)
    const items = definitions.map(({ crd }) => crd)
    const crds = join(folder.path, 'crds.json')
    writeFileSync(crds, JSON.stringify({ apiVersion: 'v1', kind: 'List', items }))
    await kubectl('apply', '--server-side', '-f', crds)
    await kubectl('wait', '--for=condition=Established', 'crd', '--all')
  }, 60_000)

  afterAll(async () => {
    kubectl.dispose()
    await server.stop()
    folder[Symbol.dispose]()
  })

  it('prints words, and what one looks for', async () => {
    const models = [{ name: 'gpt-4o' }, { name: 'gpt-4o-mini' }]
    const objects = [
      manifest('LLMProvider', 'openai', { type: 'OpenAI', models }),
      manifest('RoutingPolicy', 'chat', { gatewayRefs: [{ name: 'default' }], rules }),
      manifest('Consumer', 'shop', { groups: ['sales', 'web'] }),
    ]
    for (const object of objects) await kubectl.apply(object)
    const columns = async (kind: string) => {
      const lines = (await kubectl('get', kind)).trimEnd().split('\n')
      return lines.map((line) => line.trim().split(/ {2,}/).slice(0, 4))
    }
    expect(await columns('llmp')).toEqual([
      ['NAME', 'TYPE', 'MODELS', 'ACCEPTED'],
      ['openai', 'OpenAI', 'gpt-4o gpt-4o-mini', expect.anything()],
    ])
    expect(await columns('llmroute')).toEqual([
      ['NAME', 'GATEWAY', 'STRATEGY', 'TARGETS'],
      ['chat', 'default', 'Weighted Priority', 'openai anthropic openai'],
    ])
    expect((await columns('llmc'))[1]?.slice(0, 2)).toEqual(['shop', 'sales web'])
  })

  it('explains the values of an enum', async () => {
    const text = await kubectl('explain', 'routingpolicy.spec.rules.strategy')
    for (const strategy of ['Weighted', 'Priority', 'LeastLatency', 'LeastCost', 'LeastBusy']) {
      expect(text).toContain(`    ${strategy}\n`)
    }
  })
})
