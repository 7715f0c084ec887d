import { once } from 'node:events'
import { request } from 'node:http'
import { connect } from 'node:net'
import { silentLogger } from '@fairlead/base'
import { Registry } from 'prom-client'
import { expect, it } from 'vitest'
import { startAdminServer } from './admin-server.ts'

/** The status of a path that is sent as it is: `fetch` would correct it. */
function statusOf(url: string, path: string, host?: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    request(url, { path, ...(host && { headers: { host } }) }, (response) =>
      resolve(response.resume().statusCode),
    )
      .once('error', reject)
      .end()
  })
}

async function asked(path: string, host?: string) {
  const errors: object[] = []
  const cause = new Error('broken')
  const server = await startAdminServer({
    host: '127.0.0.1',
    port: 0,
    hostNames: ['admin.example'],
    metrics: new Registry(),
    probe: (probed) => {
      if (probed === '/broken') throw cause
      return undefined
    },
    logger: { ...silentLogger, error: (fields) => errors.push(fields) },
  })
  const status = await statusOf(server.url, path, host)
  await server.stop()
  return { status, errors, cause }
}

it.each(['//', '/other', 'http://:x'])('the admin port answers GET %s with 404', async (path) => {
  expect(await asked(path)).toMatchObject({ status: 404, errors: [] })
})

it.each([
  ['evil.example', 421],
  ['admin.example:9464', 404],
])('the admin port answers Host %s with %i', async (host, status) => {
  expect(await asked('/other', host)).toMatchObject({ status, errors: [] })
})

it('the admin port answers, however many silent connections there are', async () => {
  const server = await startAdminServer({
    host: '127.0.0.1',
    port: 0,
    hostNames: [],
    metrics: new Registry(),
    probe: () => ({ status: 200, body: 'ok' }),
    logger: silentLogger,
  })
  const port = Number(new URL(server.url).port)
  const opened = Array.from({ length: 300 }, async () => {
    const socket = connect(port, '127.0.0.1').on('error', () => {})
    await once(socket, 'connect')
    return socket
  })
  const sockets = await Promise.all(opened)
  expect(await statusOf(server.url, '/readyz')).toBe(200)
  const first = sockets[0]
  if (first?.closed === false) await once(first, 'close')
  await server.stop()
})

it('the admin port logs why it answers 500', async () => {
  const { status, errors, cause } = await asked('/broken')
  expect(status).toBe(500)
  expect(errors).toEqual([{ error: cause, url: '/broken' }])
})
