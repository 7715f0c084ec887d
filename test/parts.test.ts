import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runCommand, startCommand, type Command } from './support/command.ts'
import { kubectlFor, type Kubectl } from './support/kubectl.ts'
import { manifest, secret } from './support/manifests.ts'
import { temporaryFolder } from './support/temporary-folder.ts'
import { waitFor } from './support/wait-for.ts'

const anyPort = ['--gateway-port', '0', '--admin-port', '0', '--api-port', '0']

interface Replica {
  readonly name: string
  readonly address: string
  readonly ready: boolean
}

const folder = temporaryFolder()
let kubeconfig: string
let kubectl: Kubectl
let server: Command
beforeAll(async () => {
  server = startCommand(['apiserver', '--data-dir', join(folder.path, 'api'), ...anyPort])
  kubeconfig = await server.prints(/export KUBECONFIG=(\S+)/)
  kubectl = kubectlFor(kubeconfig)
}, 90_000)
afterAll(async () => {
  await server[Symbol.asyncDispose]()
  kubectl.dispose()
  folder[Symbol.dispose]()
})

const part = (name: string, dataDir = name) =>
  startCommand([
    name,
    '--kubeconfig',
    kubeconfig,
    '--data-dir',
    join(folder.path, dataDir),
    '--workers',
    '1',
    ...anyPort,
  ])

const replicas = async () => {
  const text = await kubectl('get', 'llmgateway/default', '-o', 'jsonpath={.status.replicas}')
  return text === '' ? [] : (JSON.parse(text) as Replica[])
}
const ask = (gateway: string) =>
  fetch(`${gateway}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: 'Bearer flk_parts', 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'any', messages: [{ role: 'user', content: 'Hello parts' }] }),
  })

describe('fairlead crds', () => {
  it('prints what real kubectl applies, server-side and not', async () => {
    const { code, printed } = await runCommand(['crds'])
    expect(code).toBe(0)
    const file = join(folder.path, 'crds.yaml')
    writeFileSync(file, printed)
    const dryRun = await kubectl('create', '--dry-run=client', '-o', 'name', '-f', file)
    expect(dryRun.trim().split('\n')).toHaveLength(16)
    await kubectl('apply', '--server-side', '-f', file)
    await kubectl('wait', '--for=condition=Established', '--timeout=20s', '-f', file)
    expect(await kubectl('apply', '--server-side', '-f', file)).toContain('serverside-applied')
    expect(await kubectl('api-resources', '--api-group=fairlead.dev', '-o', 'name')).toContain(
      'llmgateways.fairlead.dev',
    )
  })
})

describe('API server, operator and gateway as three processes', () => {
  it('give what one process gives, also after the gateway was killed', async () => {
    await using operator = part('operator')
    await operator.prints(/The operator is running/)
    await kubectl.apply(secret('parts-key', 'api-key', 'flk_parts'))
    await kubectl.apply(manifest('LLMProvider', 'simulator', { type: 'Simulator' }))
    await kubectl.apply(
      manifest('Consumer', 'parts', {
        apiKeys: [{ name: 'only', secretRef: { name: 'parts-key', key: 'api-key' } }],
      }),
    )
    await kubectl.apply(
      manifest('LLMGateway', 'default', {
        listeners: [{ name: 'http', port: 8080, protocol: 'HTTP' }],
        auth: { mode: 'Required' },
        defaults: { providers: [{ name: 'simulator' }] },
      }),
    )
    const programmed = (status: string, timeout = '30s') =>
      kubectl(
        'wait',
        `--for=condition=Programmed=${status}`,
        `--timeout=${timeout}`,
        'llmgateway/default',
      )
    await programmed('False')
    let first: Replica
    {
      await using gateway = part('gateway')
      const url = await gateway.prints(/The gateway listens at (\S+)/)
      await programmed('True')
      const [only, ...others] = await replicas()
      if (only === undefined) throw new Error('no replica has reported')
      first = only
      expect(others).toEqual([])
      expect(only).toMatchObject({ address: url, ready: true })
      const answer = await ask(url)
      expect(answer.status).toBe(200)
      expect(await answer.text()).toContain('Hello parts')
      gateway.kill('SIGKILL')
      await gateway.ended
    }
    expect(await replicas()).toMatchObject([{ name: first.name, address: first.address }])

    await using again = part('gateway')
    const url = await again.prints(/The gateway listens at (\S+)/)
    const entry = await waitFor('the entry', async () =>
      (await replicas()).find(({ address }) => address === url),
    )
    expect(entry.name).toBe(first.name)
    expect(await replicas()).toHaveLength(1)
    await programmed('True')

    again.kill('SIGTERM')
    expect(await again.ended).toBe(0)
    expect(await replicas()).toEqual([])
    await programmed('False')
    operator.kill('SIGTERM')
    expect(await operator.ended).toBe(0)
  }, 90_000)
})
