import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Duplex } from 'node:stream'
import { TestEnvironment } from '@fairlead/apiserver/testing'
import { FakeClock } from '@fairlead/base/testing'
import { createClient, loadKubeConfig } from '@fairlead/controller-runtime'
import type { KubernetesObject, ResourceType } from '@fairlead/kube-core'
import {
  afterAll,
  afterEach,
  beforeAll,
  beforeEach,
  describe,
  expect,
  it,
  onTestFinished,
} from 'vitest'

interface SelfSubjectReview extends KubernetesObject {
  readonly status?: {
    readonly userInfo: {
      readonly username: string
      readonly uid?: string
      readonly groups: readonly string[]
      readonly extra?: Readonly<Record<string, readonly string[]>>
    }
  }
}
const SelfSubjectReview: ResourceType<SelfSubjectReview> = {
  group: 'authentication.k8s.io',
  version: 'v1',
  kind: 'SelfSubjectReview',
  plural: 'selfsubjectreviews',
  namespaced: false,
}

let environment: TestEnvironment
let folder: string
let clock: FakeClock
beforeAll(async () => {
  environment = await TestEnvironment.start()
})
afterAll(() => environment.stop())
beforeEach(() => {
  clock = new FakeClock()
  folder = mkdtempSync(join(tmpdir(), 'fairlead-kube-config-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

function file(name: string, text: string): string {
  const path = join(folder, name)
  writeFileSync(path, text)
  return path
}

/** Asks the server, by a kubeconfig of this cluster and user, who we are. */
function whoAmI(user: object, cluster: object = {}) {
  const config = loadKubeConfig(
    {
      text: JSON.stringify({
        'current-context': 'c',
        contexts: [{ name: 'c', context: { cluster: 'c', user: 'u' } }],
        clusters: [
          {
            name: 'c',
            cluster: {
              server: environment.url,
              'certificate-authority': file('ca', environment.server.caCertificate),
              ...cluster,
            },
          },
        ],
        users: [{ name: 'u', user }],
      }),
    },
    clock,
  )
  const client = createClient(config)
  onTestFinished(() => client.close())
  return async () => {
    const review = await client.create(SelfSubjectReview, {
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'SelfSubjectReview',
      metadata: {},
    })
    return review.status?.userInfo
  }
}

/** A proxy that opens tunnels, and asks for a password if there is one. */
async function startProxy(authorization?: string) {
  const tunnels: string[] = []
  const sockets = new Set<Duplex>()
  const server = createServer((_request, response) => response.writeHead(405).end())
  server.on('connect', (request, socket: Duplex) => {
    sockets.add(socket)
    if (request.headers['proxy-authorization'] !== authorization) {
      socket.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n')
      return
    }
    tunnels.push(request.url ?? '')
    const onward = connect(Number(request.url?.split(':').at(-1)), '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n')
      socket.pipe(onward).pipe(socket)
    })
    for (const end of [onward, socket]) end.on('error', () => {})
    socket.on('close', () => onward.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return { host: `127.0.0.1:${(server.address() as AddressInfo).port}`, tunnels }
}

describe('a kubeconfig', () => {
  it('acts as whom it names', async () => {
    const user = {
      token: environment.server.adminToken,
      as: 'jane',
      'as-uid': '7',
      'as-groups': ['writers', 'system:authenticated'],
      'as-user-extra': { 'example.com/scope': ['read, write', 'all'] },
    }
    expect(await whoAmI(user)()).toEqual({
      username: 'jane',
      uid: '7',
      groups: ['writers', 'system:authenticated'],
      extra: { 'example.com/scope': ['read, write', 'all'] },
    })
  })

  it('acts as people whose names are not in Latin letters', async () => {
    const user = {
      token: environment.server.adminToken,
      as: 'Ясмина',
      'as-uid': 'ü-7',
      'as-groups': ['作者', 'system:authenticated'],
      'as-user-extra': { 'example.com/größe': ['zwölf 🎈'] },
    }
    expect(await whoAmI(user)()).toEqual({
      username: 'Ясмина',
      uid: 'ü-7',
      groups: ['作者', 'system:authenticated'],
      extra: { 'example.com/größe': ['zwölf 🎈'] },
    })
  })

  it('may act only as those whom its user may act as', async () => {
    const { token } = environment.addUser({ name: 'nobody' })
    await expect(whoAmI({ token, as: 'jane' })()).rejects.toMatchObject({ code: 403 })
  })

  it('leads through its proxy, whose password it gives', async () => {
    const { token } = environment.addUser({ name: 'far' })
    const proxy = await startProxy(`Basic ${Buffer.from('me:it').toString('base64')}`)
    const ask = whoAmI({ token }, { 'proxy-url': `http://me:it@${proxy.host}` })
    for (let index = 0; index < 5; index += 1) expect((await ask())?.username).toBe('far')
    expect(new Set(proxy.tunnels)).toEqual(new Set([new URL(environment.url).host]))
    expect(proxy.tunnels.length).toBeLessThan(5)
    const refused = whoAmI({ token }, { 'proxy-url': `http://me:hunter2@${proxy.host}` })()
    await expect(refused).rejects.toThrow('407')
    await expect(refused).rejects.not.toThrow('hunter2')
  })

  it('expects the name that it says in the certificate', async () => {
    const { token } = environment.addUser({ name: 'named' })
    const named = (name: string) => whoAmI({ token }, { 'tls-server-name': name })()
    expect((await named('kubernetes.default.svc'))?.username).toBe('named')
    await expect(named('elsewhere.test')).rejects.toThrow('ERR_TLS_CERT_ALTNAME_INVALID')
  })

  it('presents the certificate that its files hold now', async () => {
    const [first, second] = [environment.addUser({ name: 'a' }), environment.addUser({ name: 'b' })]
    const cert = file('cert', first.certificate)
    const key = file('key', first.privateKey)
    const ask = whoAmI({ 'client-certificate': cert, 'client-key': key })
    const name = async () => (await ask())?.username
    expect(await name()).toBe('a')
    writeFileSync(cert, second.certificate)
    await clock.advance(60_000)
    // Its key is not there yet.
    expect(await name()).toBe('a')
    writeFileSync(key, second.privateKey)
    await clock.advance(59_000)
    expect(await name()).toBe('a')
    await clock.advance(1000)
    expect(await name()).toBe('b')
  })

  it('sends a token again from its file after the server refused it', async () => {
    const { token } = environment.addUser({ name: 'renewed' })
    const tokenFile = file('token', token)
    const ask = whoAmI({ tokenFile })
    expect((await ask())?.username).toBe('renewed')
    writeFileSync(tokenFile, 'revoked')
    await clock.advance(60_000)
    await expect(ask()).rejects.toMatchObject({ code: 401 })
    writeFileSync(tokenFile, token)
    expect((await ask())?.username).toBe('renewed')
  })

  it('trusts the authorities that its file holds now', async () => {
    const { token } = environment.addUser({ name: 'trusting' })
    await using other = await TestEnvironment.start()
    const ca = file('authorities', other.server.caCertificate)
    const ask = whoAmI({ token }, { 'certificate-authority': ca })
    await expect(ask()).rejects.toThrow('SELF_SIGNED_CERT_IN_CHAIN')
    writeFileSync(ca, environment.server.caCertificate)
    await clock.advance(60_000)
    expect((await ask())?.username).toBe('trusting')
  })
})
