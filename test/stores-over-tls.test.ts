import { once } from 'node:events'
import { type AddressInfo, connect } from 'node:net'
import { createServer } from 'node:tls'
import { systemClock } from '@fairlead/base'
import { startRedisServer } from '@fairlead/base/testing'
import { createRedisStore } from '@fairlead/context'
import { expect, it, onTestFinished } from 'vitest'
import { newCertificate } from './support/certificates.ts'

it('a Redis is reached over TLS, if its certificate is trusted and for its host', async () => {
  await using redis = await startRedisServer()
  const certificate = newCertificate()
  const tls = createServer(certificate, (socket) => {
    const upstream = connect(redis.port, '127.0.0.1')
    socket.pipe(upstream).pipe(socket)
    for (const one of [socket, upstream]) one.on('error', () => socket.destroy())
  })
  tls.on('tlsClientError', () => {})
  tls.listen(0)
  await once(tls, 'listening')
  onTestFinished(() => void tls.close())
  const { port } = tls.address() as AddressInfo
  const open = (host: string, ca?: string) =>
    createRedisStore({
      url: `rediss://${host}:${port}`,
      member: 'one',
      clock: systemClock,
      ttlMs: undefined,
      ...(ca === undefined ? {} : { tls: { ca } }),
    })
  const store = await open('127.0.0.1', certificate.cert)
  await store.check()
  await store.close()
  for (const refused of [
    open('127.0.0.1'),
    open('127.0.0.1', newCertificate().cert),
    open('localhost', certificate.cert),
  ]) {
    await expect(refused).rejects.toThrow(/its authority is trusted/)
  }
})
