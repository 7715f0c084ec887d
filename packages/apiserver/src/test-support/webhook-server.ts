import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'

import { credentialFilesInMemory, PublicKeyInfrastructure } from '@fairlead/pki'

/** What a webhook is asked: the decoded body and how it came. */
export interface Asked {
  readonly body: Record<string, unknown>
  readonly request: IncomingMessage
  readonly response: ServerResponse
}

/** A webhook over real HTTPS, with an authority of its own. */
export interface WebhookServer {
  /** `https://127.0.0.1:port` */
  readonly url: string
  readonly port: number
  /** Base64 of the PEM of its authority, as `clientConfig.caBundle` has it. */
  readonly caBundle: string
  /** PEM of its own certificate. */
  readonly certificate: string
  /** Every body that it was asked with, oldest first. */
  readonly asked: readonly Record<string, unknown>[]
  /** How many connections were made to it. */
  readonly connections: number
  close(): Promise<void>
}

/**
 * Starts a webhook. What `answer` returns is sent as JSON with 200; when it returns undefined it has
 * answered by itself, or never will.
 */
export async function startWebhook(
  answer: (asked: Asked) => unknown,
  hosts: readonly string[] = ['127.0.0.1'],
): Promise<WebhookServer> {
  const pki = new PublicKeyInfrastructure(credentialFilesInMemory(), () => Date.now())
  const identity = pki.leaf('server', {
    usage: 'server',
    subject: { commonName: 'webhook' },
    hosts: [...hosts],
  })
  const asked: Record<string, unknown>[] = []
  let connections = 0
  const server = createServer(
    { key: identity.privateKey, cert: identity.certificate },
    (request, response) => {
      const chunks: Buffer[] = []
      request.on('data', (chunk: Buffer) => chunks.push(chunk))
      request.on('end', () => {
        const text = Buffer.concat(chunks).toString('utf8')
        const body = JSON.parse(text) as Record<string, unknown>
        asked.push(body)
        const found = answer({ body, request, response })
        if (found === undefined) return
        response.writeHead(200, { 'content-type': 'application/json' })
        response.end(JSON.stringify(found))
      })
    },
  )
  server.on('secureConnection', () => connections++)
  const { promise, resolve } = Promise.withResolvers<void>()
  server.listen(0, '127.0.0.1', resolve)
  await promise
  const { port } = server.address() as AddressInfo
  return {
    url: `https://127.0.0.1:${port}`,
    port,
    certificate: identity.certificate,
    caBundle: Buffer.from(pki.caCertificate).toString('base64'),
    asked,
    get connections() {
      return connections
    },
    close() {
      const closed = Promise.withResolvers<void>()
      server.close(() => closed.resolve())
      server.closeAllConnections()
      return closed.promise
    },
  }
}
