import { request } from 'node:http'
import { silentLogger } from '@fairlead/base'
import { Registry } from 'prom-client'
import { expect, it } from 'vitest'
import { startAdminServer } from './admin-server.ts'

/** The status of a path that is sent as it is: `fetch` would correct it. */
function statusOf(url: string, path: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    request(url, { path }, (response) => resolve(response.resume().statusCode))
      .once('error', reject)
      .end()
  })
}

async function asked(path: string) {
  const errors: object[] = []
  const cause = new Error('broken')
  const server = await startAdminServer({
    host: '127.0.0.1',
    port: 0,
    metrics: new Registry(),
    probe: (probed) => {
      if (probed === '/broken') throw cause
      return undefined
    },
    logger: { ...silentLogger, error: (fields) => errors.push(fields) },
  })
  const status = await statusOf(server.url, path)
  await server.stop()
  return { status, errors, cause }
}

it.each(['//', '/other', 'http://:x'])('the admin port answers GET %s with 404', async (path) => {
  expect(await asked(path)).toMatchObject({ status: 404, errors: [] })
})

it('the admin port logs why it answers 500', async () => {
  const { status, errors, cause } = await asked('/broken')
  expect(status).toBe(500)
  expect(errors).toEqual([{ error: cause, url: '/broken' }])
})
