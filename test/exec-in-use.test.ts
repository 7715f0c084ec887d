import { silentLogger } from '@fairlead/base'
import { createClient, execOutput, loadKubeConfig } from '@fairlead/controller-runtime'
import { once } from 'node:events'
import { createServer as createHttpServer, type IncomingMessage } from 'node:http'
import { createServer } from 'node:https'
import { createRequire } from 'node:module'
import { type AddressInfo, connect } from 'node:net'
import type { Duplex } from 'node:stream'
import type { TLSSocket } from 'node:tls'
import { expect, it, onTestFinished } from 'vitest'
import { newCertificate } from './support/certificates.ts'

interface Socket {
  send(data: Uint8Array): void
  close(code: number): void
}

const { WebSocketServer } = createRequire(import.meta.url)('ws') as {
  readonly WebSocketServer: new (options: object) => {
    handleUpgrade(
      request: IncomingMessage,
      socket: Duplex,
      head: Buffer,
      done: (webSocket: Socket) => void,
    ): void
  }
}

const serving = newCertificate('/CN=api')
const caller = newCertificate('/CN=caller')
const pod = { namespace: 'default', name: 'web' }

/** A server that lets in who presents the certificate, and says who came. */
async function startServer(): Promise<number> {
  const server = createServer({ ...serving, ca: caller.cert, requestCert: true })
  const sockets = new WebSocketServer({
    noServer: true,
    handleProtocols: () => 'v5.channel.k8s.io',
  })
  const open = new Set<Duplex>()
  server.on('upgrade', (request, socket: TLSSocket, head: Buffer) => {
    open.add(socket)
    const { subject } = socket.getPeerCertificate()
    const said = `${String(subject.CN)} ${String(request.headers['impersonate-user'])}`
    sockets.handleUpgrade(request, socket, head, (webSocket) => {
      webSocket.send(Buffer.from(`\u0001${said}`))
      webSocket.send(
        Buffer.from('\u0003{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Success"}'),
      )
      webSocket.close(1000)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    for (const socket of open) socket.destroy()
    server.close()
  })
  return (server.address() as AddressInfo).port
}

/** A proxy that opens tunnels. */
async function startProxy(tunnels: string[]): Promise<string> {
  const proxy = createHttpServer()
  const open = new Set<Duplex>()
  proxy.on('connect', (request, socket: Duplex) => {
    tunnels.push(request.url ?? '')
    const { port, hostname } = new URL(`http://${request.url}`)
    const tunnel = connect(Number(port), hostname, () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n')
      socket.pipe(tunnel).pipe(socket)
    })
    for (const each of [socket, tunnel]) {
      open.add(each)
      each.on('error', () => {})
    }
  })
  proxy.listen(0, '127.0.0.1')
  await once(proxy, 'listening')
  onTestFinished(() => {
    for (const socket of open) socket.destroy()
    proxy.close()
  })
  return `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`
}

async function say(port: number, proxy?: string): Promise<string> {
  const base64 = (text: string) => Buffer.from(text).toString('base64')
  const text = JSON.stringify({
    'current-context': 'c',
    contexts: [{ name: 'c', context: { cluster: 'c', user: 'u' } }],
    clusters: [
      {
        name: 'c',
        cluster: {
          server: `https://127.0.0.1:${port}`,
          'certificate-authority-data': base64(serving.cert),
          'proxy-url': proxy,
        },
      },
    ],
    users: [
      {
        name: 'u',
        user: {
          'client-certificate-data': base64(caller.cert),
          'client-key-data': base64(caller.key),
          as: 'jane',
        },
      },
    ],
  })
  const client = createClient(loadKubeConfig({ text }), { logger: silentLogger })
  onTestFinished(() => client.close())
  return (await execOutput(client, pod, { command: ['whoami'] })).stdout
}

it('a command is run by whom the kubeconfig names, over TLS', async () => {
  expect(await say(await startServer())).toBe('caller jane')
})

it('a command is run through the proxy that the kubeconfig names', async () => {
  const port = await startServer()
  const tunnels: string[] = []
  expect(await say(port, await startProxy(tunnels))).toBe('caller jane')
  expect(tunnels).toEqual([`127.0.0.1:${port}`])
})
