import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { connect, type TLSSocket } from 'node:tls'
import { promisify } from 'node:util'

import { FakeClock } from '@fairlead/base/testing'
import { describe, expect, it, vi } from 'vitest'

import { startApiServer, type ApiServer } from './index.ts'
import { TestClient } from './test-support/test-client.ts'

const configMaps = '/api/v1/namespaces/default/configmaps'
const watchPath = `${configMaps}?watch=true&allowWatchBookmarks=true`

function connectTo({ url, caCertificate }: ApiServer): TLSSocket {
  const { port, hostname } = new URL(url)
  return connect({ port: Number(port), host: hostname, ca: caCertificate })
}

function watchRequest({ adminToken }: ApiServer, ...headers: readonly string[]): string {
  const authorization = `authorization: Bearer ${adminToken}`
  return [`GET ${watchPath} HTTP/1.1`, 'host: server', authorization, ...headers, '\r\n'].join(
    '\r\n',
  )
}

/** Sends two watches on one connection, the second before the first is answered, and hangs up. */
async function abandonPipelinedWatches(server: ApiServer): Promise<void> {
  const socket = connectTo(server)
  socket.write(watchRequest(server) + watchRequest(server))
  await once(socket, 'data')
  socket.destroy()
  await once(socket, 'close')
}

async function occupyPort() {
  const occupant = createServer().listen(0, '127.0.0.1')
  await once(occupant, 'listening')
  const { port } = occupant.address() as AddressInfo
  return { port, close: () => occupant.close() }
}

describe('the lifetime of an API server', () => {
  it('leaves no timer behind when it stops while watches are open', async () => {
    const clock = new FakeClock()
    const server = await startApiServer({ clock })
    const client = new TestClient(server)
    await client.watch(watchPath)
    await client.watch(`${watchPath}&timeoutSeconds=60`)
    await server.stop()
    expect(clock.pendingTimers).toBe(0)
    client.close()
  })

  it('leaves no timer behind for watches whose connection was lost', async () => {
    const clock = new FakeClock()
    const server = await startApiServer({ clock })
    await abandonPipelinedWatches(server)
    await server.stop()
    expect(clock.pendingTimers).toBe(0)
  })

  it('reads at a revision that is about to come, and leaves no wait behind when it stops', async () => {
    const clock = new FakeClock()
    const server = await startApiServer({ clock })
    const client = new TestClient(server)
    const timers = clock.pendingTimers
    const { metadata } = (await client.get(configMaps)).body as {
      metadata: { resourceVersion: string }
    }
    const at = (more: number) => `resourceVersion=${Number(metadata.resourceVersion) + more}`
    const read = client.get(`${configMaps}?${at(1)}`)
    const watch = client.watch(
      `${watchPath}&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&${at(1)}`,
    )
    const never = client.get(`/api/v1/namespaces/default?${at(1_000)}`)
    await vi.waitFor(() => expect(clock.pendingTimers).toBeGreaterThanOrEqual(timers + 3))
    await client.send('POST', configMaps, { metadata: { name: 'awaited' } })
    expect((await read).body).toMatchObject({ items: [{ metadata: { name: 'awaited' } }] })
    expect((await (await watch).next()).object.metadata.name).toBe('awaited')
    await server.stop()
    expect(await never).toMatchObject({ status: 504 })
    expect(clock.pendingTimers).toBe(0)
    client.close()
  })

  it('ends a watch at once that was still to begin when the server stopped', async () => {
    const clock = new FakeClock()
    const server = await startApiServer({ clock })
    const timers = clock.pendingTimers
    const socket = connectTo(server)
    const later = '&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&resourceVersion=100000'
    socket.write(watchRequest(server).replace(watchPath, watchPath + later))
    await vi.waitFor(() => expect(clock.pendingTimers).toBeGreaterThan(timers))
    const stopped = server.stop()
    const [answer] = (await once(socket, 'data')) as [Buffer]
    expect(answer.toString()).toContain('200 OK')
    await stopped
    expect(clock.pendingTimers).toBe(0)
  })

  it('leaves no timer behind when its port is taken', async () => {
    const clock = new FakeClock()
    const { port, close } = await occupyPort()
    await expect(startApiServer({ clock, port })).rejects.toThrow('EADDRINUSE')
    expect(clock.pendingTimers).toBe(0)
    close()
  })

  it('lets the process end by itself, also when it could not start', async () => {
    const program = `
      import { startApiServer } from ${JSON.stringify(new URL('./index.ts', import.meta.url).href)}
      const server = await startApiServer()
      const taken = await startApiServer({ port: Number(new URL(server.url).port) }).catch((error) => error.code)
      await server.stop()
      console.log(taken)`
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ['--conditions=source', '--input-type=module', '--eval', program],
      { timeout: 15_000 },
    )
    expect(stdout).toBe('EADDRINUSE\n')
  })

  it('draws generated names and the length of watches from the randomness it is given', async () => {
    const clock = new FakeClock()
    const server = await startApiServer({ clock, random: () => 0 })
    const client = new TestClient(server)
    const metadata = { generateName: 'drawn-' }
    const created = await client.send('POST', configMaps, {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata,
    })
    expect(created.body['metadata']).toMatchObject({ name: 'drawn-bbbbb' })
    const watch = await client.watch(`${configMaps}?watch=true&resourceVersion=1`)
    await clock.timerOf(30 * 60_000)
    client.close()
    watch.close()
    await server.stop()
  })
})
