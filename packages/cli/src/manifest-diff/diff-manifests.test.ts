import { type ApiServer, startApiServer } from '@fairlead/apiserver'
import { silentLogger } from '@fairlead/base'
import { createClient, loadKubeConfig } from '@fairlead/controller-runtime'
import { LLMProvider } from '@fairlead/api'
import { Secret } from '@fairlead/kube-types'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { installCustomResourceDefinitions } from '../install-crds.ts'
import { parseManifests } from '../load-manifests.ts'
import { diffManifests, type ManifestChange } from './diff-manifests.ts'

const { signal } = new AbortController()
const fieldManager = 'kubectl'
let server: ApiServer
let client: ReturnType<typeof createClient>
beforeAll(async () => {
  server = await startApiServer({
    host: '127.0.0.1',
    port: 0,
    logger: silentLogger,
    namespaceObjects: true,
  })
  client = createClient(loadKubeConfig({ text: server.kubeconfig() }))
  await installCustomResourceDefinitions(client, silentLogger, signal)
})
afterAll(async () => {
  await client.close()
  await server.stop()
})

async function changesOf(yaml: string): Promise<readonly ManifestChange[]> {
  const changes: ManifestChange[] = []
  const options = { client, fieldManager, namespace: 'default', signal }
  for await (const change of diffManifests(parseManifests('a.yaml', yaml), options)) {
    changes.push(change)
  }
  return changes
}

const provider = (spec: string) => `apiVersion: fairlead.dev/v1beta1
kind: LLMProvider
metadata: { name: p }
spec: ${spec}
`

it('tells what would be made, changed and left, and stores nothing', async () => {
  const first = provider('{ type: Simulator }')
  expect(await changesOf(first)).toMatchObject([
    { object: 'LLMProvider default/p', change: 'made' },
  ])
  await expect(client.get(LLMProvider, { namespace: 'default', name: 'p' })).rejects.toThrow()

  const [manifest] = parseManifests('a.yaml', first)
  const object = { ...manifest?.object, metadata: { namespace: 'default', name: 'p' } }
  await client.apply(LLMProvider, object as never, { fieldManager })
  expect(await changesOf(first)).toMatchObject([{ change: 'none', fields: [] }])
  expect(
    await changesOf(provider('{ type: Simulator, limits: { maxConcurrent: 3 } }')),
  ).toMatchObject([{ change: 'changed', fields: [{ field: 'spec.limits.maxConcurrent', to: 3 }] }])
})

it('tells why something would be refused, and what it does not know', async () => {
  const unknown = 'apiVersion: example.com/v1\nkind: Other\nmetadata: { name: o }\n'
  expect(await changesOf(`${provider('{ type: Abacus }')}---\n${unknown}`)).toMatchObject([
    { change: 'refused', reason: expect.stringContaining('spec.type') as string },
    { change: 'unknown', reason: expect.stringContaining('kubectl diff') as string },
  ])
})

it('never shows a value of a Secret', async () => {
  const secret = (value: string) => `apiVersion: v1
kind: Secret
metadata: { name: s }
stringData: { key: ${value} }
`
  await client.apply(
    Secret,
    {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { namespace: 'default', name: 's' },
      stringData: { key: 'old-value' },
    },
    { fieldManager },
  )
  const changes = await changesOf(secret('new-value'))
  expect(changes).toMatchObject([
    { change: 'changed', fields: [{ field: 'data.key', from: '(hidden)', to: '(hidden)' }] },
  ])
  const encoded = Buffer.from('new-value').toString('base64')
  expect(JSON.stringify(changes)).not.toMatch(new RegExp(`new-value|${encoded}`))
})
