import { Secret } from '@fairlead/kube-types'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Client } from '../client/client.ts'
import { FakeReader } from '../testing/fake-reader.ts'
import { RecordingLogger } from '../testing/recording-logger.ts'
import { KubeconfigSecrets } from './kubeconfig-secrets.ts'

let server: FakeReader
let logger: RecordingLogger
let changes: string[]
let stop: AbortController
let running: Promise<void>
let taken: Set<string>

beforeEach(() => {
  server = new FakeReader()
  logger = new RecordingLogger()
  changes = []
  stop = new AbortController()
  taken = new Set(['taken'])
})

afterEach(async () => {
  stop.abort()
  await running
})

function start(...secrets: readonly Secret[]): void {
  server.seed(Secret, ...secrets)
  const host = {
    client: server as unknown as Client,
    addCluster: (name: string, { config }: { config: { server: string } }) => {
      if (taken.has(name)) throw new Error(`a cluster named ${name} already exists`)
      changes.push(`+${name} ${config.server}`)
    },
    removeCluster: async (name: string) => void changes.push(`-${name}`),
  }
  running = new KubeconfigSecrets(host, { namespace: 'fleet', logger }).start(stop.signal)
}

let version = 1

function secret(name: string, kubeconfig: string): Secret {
  version += 1
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { namespace: 'fleet', name, uid: name, resourceVersion: String(version) },
    data: { kubeconfig: Buffer.from(kubeconfig).toString('base64') },
  }
}

const kubeconfig = (host: string, user = 'token: t', cluster = '') => `
current-context: c
contexts: [{ name: c, context: { cluster: c, user: u } }]
clusters: [{ name: c, cluster: { server: 'https://${host}', ${cluster} } }]
users: [{ name: u, user: { ${user} } }]
`

const errors = () => logger.lines.filter(({ level }) => level === 'error')

// multicluster-runtime providers/kubeconfig/provider.go
describe('clusters of Secrets with kubeconfigs', () => {
  it('come, change and go with their Secrets', async () => {
    const first = secret('west', kubeconfig('west-1'))
    start(first)
    await vi.waitFor(() => expect(changes).toEqual(['+west https://west-1']))
    changes.splice(0)

    server.push(Secret, { type: 'ADDED', object: secret('east', kubeconfig('east-1')) })
    await vi.waitFor(() => expect(changes).toContain('+east https://east-1'))
    changes.splice(0)

    const second = secret('west', kubeconfig('west-2'))
    server.push(Secret, { type: 'MODIFIED', object: second })
    await vi.waitFor(() => expect(changes).toEqual(['-west', '+west https://west-2']))
    changes.splice(0)

    server.push(Secret, { type: 'DELETED', object: second })
    await vi.waitFor(() => expect(changes).toEqual(['-west']))
  })

  it('stay as they are when only something else about the Secret changes', async () => {
    start(secret('west', kubeconfig('west-1')))
    await vi.waitFor(() => expect(changes).toHaveLength(1))
    server.push(Secret, { type: 'MODIFIED', object: secret('west', kubeconfig('west-1')) })
    server.push(Secret, { type: 'ADDED', object: secret('east', kubeconfig('east-1')) })
    await vi.waitFor(() => expect(changes).toContain('+east https://east-1'))
    expect(changes.filter((one) => one.includes('west'))).toHaveLength(1)
  })

  it('leave a cluster alone that somebody else has added under their name', async () => {
    const foreign = secret('taken', kubeconfig('x'))
    start(foreign)
    await vi.waitFor(() => expect(errors()).toHaveLength(1))
    server.push(Secret, { type: 'DELETED', object: foreign })
    server.push(Secret, { type: 'ADDED', object: secret('east', kubeconfig('east-1')) })
    await vi.waitFor(() => expect(changes).toEqual(['+east https://east-1']))
  })

  it('are tried again when the Secret changes, if they could not be added', async () => {
    start(secret('taken', kubeconfig('x')))
    await vi.waitFor(() => expect(errors()).toHaveLength(1))
    taken.clear()
    server.push(Secret, { type: 'MODIFIED', object: secret('taken', kubeconfig('x')) })
    await vi.waitFor(() => expect(changes).toEqual(['+taken https://x']))
  })

  it.each([
    [
      'a command',
      kubeconfig('x', 'exec: { apiVersion: client.authentication.k8s.io/v1, command: sh }'),
    ],
    ['a token file', kubeconfig('x', 'tokenFile: /etc/passwd')],
    ['the file of a key', kubeconfig('x', 'client-certificate: a, client-key: b')],
    ['the file of an authority', kubeconfig('x', 'token: t', 'certificate-authority: /etc/ca')],
    ['no YAML', 'secret-token: ]'],
    ['no kubeconfig', '1'],
  ])('are refused with %s, without a word of the credentials', async (_, text) => {
    start(secret('west', text))
    await vi.waitFor(() => expect(errors()).toHaveLength(1))
    expect(changes).toEqual([])
    expect(JSON.stringify(logger.lines)).not.toContain('secret-token')

    server.push(Secret, { type: 'MODIFIED', object: secret('west', kubeconfig('mended')) })
    await vi.waitFor(() => expect(changes).toContain('+west https://mended'))
  })
})
