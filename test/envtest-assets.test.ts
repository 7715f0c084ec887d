import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import type { IncomingMessage } from 'node:http'
import { request } from 'node:https'
import { createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { newCertificate } from './support/certificates.ts'
import { runCommand } from './support/command.ts'
import { compileCache } from './support/compile-cache.ts'
import { temporaryFolder } from './support/temporary-folder.ts'
import { waitFor } from './support/wait-for.ts'

/** A program of the assets, started as envtest does: with flags, watched by its health alone. */
function start(assets: string, name: string, args: readonly string[]) {
  const { PATH, HOME } = process.env
  const child = spawn(join(assets, name), [...args], {
    env: { PATH, HOME, ...compileCache() },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let said = ''
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()))
  const printed = text(child.stdout)
  const ended = once(child, 'close').then(([code]) => code as number | null)
  return {
    said: () => said,
    printed,
    ended,
    async stop() {
      child.kill('SIGTERM')
      return ended
    },
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL')
      await ended
    },
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

describe('the programs that envtest starts', () => {
  const folder = temporaryFolder()
  const assets = join(folder.path, 'assets')
  const certificates = join(folder.path, 'certificates')
  const serving = newCertificate('/CN=apiserver')
  const admin = newCertificate('/O=system:masters/CN=admin')

  beforeAll(async () => {
    const { code, printed } = await runCommand(['envtest', 'assets', assets])
    expect(code).toBe(0)
    expect(printed).toContain(`export KUBEBUILDER_ASSETS=${assets}`)
    mkdirSync(certificates)
    writeFileSync(join(certificates, 'apiserver.crt'), serving.cert)
    writeFileSync(join(certificates, 'apiserver.key'), serving.key)
    writeFileSync(join(certificates, 'clients.crt'), admin.cert)
  })

  afterAll(() => folder[Symbol.dispose]())

  async function startEtcd() {
    const url = `http://127.0.0.1:${await freePort()}`
    const etcd = start(assets, 'etcd', [
      `--data-dir=${join(folder.path, 'data')}`,
      `--listen-client-urls=${url}`,
      `--advertise-client-urls=${url}`,
      '--listen-peer-urls=http://127.0.0.1:0',
      '--unsafe-no-fsync=true',
    ])
    await waitFor('etcd to be healthy', async () => (await fetch(`${url}/health`)).ok)
    return { url, etcd }
  }

  async function startServer(etcd: string) {
    const port = await freePort()
    const server = start(assets, 'kube-apiserver', [
      '--allow-privileged=true',
      '--authorization-mode=RBAC',
      '--bind-address=127.0.0.1',
      `--cert-dir=${certificates}`,
      `--client-ca-file=${join(certificates, 'clients.crt')}`,
      '--disable-admission-plugins=ServiceAccount',
      `--etcd-servers=${etcd}`,
      `--secure-port=${port}`,
      '--service-cluster-ip-range=10.0.0.0/24',
    ])
    const ask = async (method: string, path: string, body?: object) => {
      const call = request(`https://127.0.0.1:${port}${path}`, {
        method,
        ca: serving.cert,
        ...admin,
        headers: { 'content-type': 'application/json' },
      })
      call.end(body === undefined ? undefined : JSON.stringify(body))
      const [answer] = (await once(call, 'response')) as [IncomingMessage]
      return { status: answer.statusCode, text: await text(answer) }
    }
    await waitFor('the API server to be healthy', async () => {
      return (await ask('GET', '/healthz')).status === 200
    })
    return { server, ask }
  }

  it('serve with the certificates that envtest makes, and keep objects as long as etcd runs', async () => {
    await using running = new AsyncDisposableStack()
    const { url, etcd } = await startEtcd()
    running.use(etcd)
    const first = await startServer(url)
    running.use(first.server)
    expect(first.server.said()).toContain('no effect: --allow-privileged: ')
    const map = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'kept' } }
    const path = '/api/v1/namespaces/default/configmaps'
    expect((await first.ask('POST', path, map)).status).toBe(201)
    expect(await first.server.stop()).toBe(0)

    const second = await startServer(url)
    running.use(second.server)
    expect((await second.ask('GET', `${path}/kept`)).status).toBe(200)
    expect(await second.server.stop()).toBe(0)
    expect(await etcd.stop()).toBe(0)
  })

  it('name their flags, of which envtest looks for some', async () => {
    await using server = start(assets, 'kube-apiserver', ['--help'])
    expect(await server.printed).toMatch(/^\s*--secure-port\b/m)
    expect(await server.ended).toBe(0)
    await using version = start(assets, 'kube-apiserver', ['--version'])
    expect(await version.printed).toMatch(/^Kubernetes v1\.32\./)
  })

  it('end with 1 and the reason for a flag that they cannot obey', async () => {
    await using server = start(assets, 'kube-apiserver', ['--oidc-issuer-url=https://issuer.test'])
    expect(await server.ended).toBe(1)
    expect(server.said()).toContain('--oidc-issuer-url: tokens of other issuers are not accepted')
  })

  it('have an API server that asks for the etcd beside it', async () => {
    const port = await freePort()
    const flags = [`--etcd-servers=http://127.0.0.1:${port}`, `--secure-port=${port}`]
    await using server = start(assets, 'kube-apiserver', flags)
    expect(await server.ended).toBe(1)
    expect(server.said()).toContain(`--etcd-servers: nothing answers at http://127.0.0.1:${port}`)
  })
})
