import { connect } from 'node:tls'

import { FakeClock } from '@fairlead/base/testing'
import { expect, it } from 'vitest'

import { startApiServer } from './index.ts'

const dayMs = 24 * 60 * 60 * 1000

/** The serial number of the certificate that the server shows. */
function shownBy(url: string): Promise<string> {
  const { hostname, port } = new URL(url)
  return new Promise((resolve, reject) => {
    const socket = connect(
      { host: hostname, port: Number(port), rejectUnauthorized: false },
      () => {
        resolve(socket.getPeerCertificate().serialNumber)
        socket.end()
      },
    )
    socket.on('error', reject)
  })
}

it('a running server gets a new certificate before the old one expires', async () => {
  const clock = new FakeClock(Date.now())
  const server = await startApiServer({ clock })
  const first = await shownBy(server.url)
  const kubeconfig = server.kubeconfig()
  for (let day = 0; day < 330; day++) await clock.advance(dayMs)
  expect(await shownBy(server.url)).toBe(first)
  expect(server.kubeconfig()).toBe(kubeconfig)
  for (let day = 0; day < 10; day++) await clock.advance(dayMs)
  expect(await shownBy(server.url)).not.toBe(first)
  expect(server.kubeconfig()).not.toBe(kubeconfig)
  await server.stop()
  expect(clock.pendingTimers).toBe(0)
})
