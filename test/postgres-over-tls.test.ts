import { once } from 'node:events'
import { type AddressInfo, connect, createServer } from 'node:net'
import { TLSSocket } from 'node:tls'
import { systemClock } from '@fairlead/base'
import { startPostgresServer } from '@fairlead/base/testing'
import { createPostgresStore } from '@fairlead/context'
import { expect, it, onTestFinished } from 'vitest'
import { newCertificate, type Certificate } from './support/certificates.ts'

/** Speaks TLS in front of a server, as a PostgreSQL does that is asked for it. */
async function tlsInFrontOf(port: number, { cert, key }: Certificate): Promise<number> {
  const server = createServer((socket) => {
    socket.on('error', () => {})
    socket.once('data', () => {
      socket.write('S')
      const secure = new TLSSocket(socket, { isServer: true, cert, key })
      const upstream = connect(port, '127.0.0.1')
      secure.pipe(upstream).pipe(secure)
      for (const one of [secure, upstream]) one.on('error', () => socket.destroy())
      secure.on('close', () => upstream.destroy())
    })
  })
  server.listen(0)
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  return (server.address() as AddressInfo).port
}

it('a PostgreSQL is verified as sslmode says', async () => {
  await using server = await startPostgresServer()
  const certificate = newCertificate()
  const port = await tlsInFrontOf(server.port, certificate)
  const open = async (host: string, mode: string, ca?: string) => {
    const url = new URL(server.url)
    url.host = `${host}:${port}`
    if (mode !== '') url.searchParams.set('sslmode', mode)
    const options = { url: url.href, ca, member: 'one', ttlMs: undefined, deadlineMs: 5000 }
    const store = await createPostgresStore({ ...options, clock: systemClock })
    await store.check()
    await store.close()
    return 'open'
  }
  const { cert } = certificate
  const other = newCertificate().cert
  const untrusted = /of no authority that is trusted/
  expect(await open('127.0.0.1', 'verify-full', cert)).toBe('open')
  expect(await open('127.0.0.1', '', cert)).toBe('open')
  expect(await open('localhost', 'verify-ca', cert)).toBe('open')
  expect(await open('localhost', 'require')).toBe('open')
  expect(await open('localhost', 'prefer')).toBe('open')
  await expect(open('localhost', 'verify-full', cert)).rejects.toThrow('is not for "localhost"')
  await expect(open('localhost', '', cert)).rejects.toThrow('is not for "localhost"')
  await expect(open('127.0.0.1', 'verify-full')).rejects.toThrow(untrusted)
  await expect(open('127.0.0.1', 'verify-ca', other)).rejects.toThrow(untrusted)
  await expect(open('127.0.0.1', 'require', other)).rejects.toThrow(untrusted)
}, 90_000)
