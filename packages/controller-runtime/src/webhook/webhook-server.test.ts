import { request } from 'node:https'

import { silentLogger } from '@fairlead/base'
import { FakeClock } from '@fairlead/base/testing'
import { credentialFilesInMemory, PublicKeyInfrastructure } from '@fairlead/pki'
import { expect, onTestFinished, test } from 'vitest'

import type { Client } from '../client/client.ts'
import { createMetrics } from '../metrics/metrics.ts'
import { fixedCertificate } from '../serving/certificate-source.ts'
import { allowed } from './admission-response.ts'
import { WebhookRegistry } from './webhook-registry.ts'
import { WebhookServer, type WebhookServerOptions } from './webhook-server.ts'

const dayMs = 24 * 60 * 60 * 1000
const pki = new PublicKeyInfrastructure(credentialFilesInMemory(), () => Date.now())
const leaf = pki.leaf('server', {
  usage: 'server',
  subject: { commonName: 'webhooks' },
  hosts: ['127.0.0.1'],
})
const certificates = fixedCertificate({ cert: leaf.certificate, key: leaf.privateKey })

function serve(options: Partial<WebhookServerOptions> = {}) {
  const clock = new FakeClock(Date.now())
  const metrics = createMetrics()
  const logger = silentLogger
  const registry = new WebhookRegistry({ clock, logger, metrics: metrics.webhook })
  registry.admits({ sort: 'validating', path: '/validate', rules: [], options: {} }, () =>
    allowed(),
  )
  const server = new WebhookServer(
    { host: '127.0.0.1', port: 0, certificates, ...options },
    { registry, client: {} as Client, clock, logger, metrics },
  )
  const stop = new AbortController()
  const start = () => {
    const running = server.start(stop.signal)
    onTestFinished(async () => {
      stop.abort()
      await running
    })
    return server.whenListening(stop.signal)
  }
  return { server, clock, start, stop }
}

/** What a caller is answered who shows this certificate, or none. */
function post(port: number, shown: { cert?: string; key?: string } = {}): Promise<unknown> {
  const { promise, resolve, reject } = Promise.withResolvers<unknown>()
  const asked = request(
    {
      host: '127.0.0.1',
      port,
      path: '/validate',
      method: 'POST',
      ca: pki.caCertificate,
      headers: { 'content-type': 'application/json' },
      agent: false,
      ...shown,
    },
    (response) => {
      let text = ''
      response.on('data', (chunk: Buffer) => (text += chunk.toString()))
      response.on('end', () => resolve(JSON.parse(text)))
    },
  )
  asked.on('error', reject)
  asked.end('{"request":{"uid":"u"}}')
  return promise
}

// controller-runtime pkg/webhook/server_test.go: "should serve a webhook on the requested path";
// StartedChecker of server.go
test('is ready while it listens with a certificate that is valid', async () => {
  const { server, clock, start, stop } = serve()
  expect(() => server.check()).toThrow('the webhook server does not listen')
  const { port } = await start()
  server.check()
  expect(await post(port)).toMatchObject({ response: { uid: 'u', allowed: true } })
  await clock.advance(366 * dayMs)
  expect(() => server.check()).toThrow(
    /^the certificate of the webhook server has expired: it was valid to /,
  )
  stop.abort()
  expect(() => server.check()).toThrow()
})

// controller-runtime pkg/webhook/server.go: ClientCAName
test('may ask its callers for a certificate', async () => {
  const { start } = serve({ clientCa: pki.caCertificate })
  const { port } = await start()
  const caller = pki.newLeaf({ usage: 'client', subject: { commonName: 'kube-apiserver' } })
  const shown = { cert: caller.certificate, key: caller.privateKey }
  expect(await post(port, shown)).toMatchObject({ response: { allowed: true } })
  await expect(post(port)).rejects.toThrow()
})
