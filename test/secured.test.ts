import { readFileSync } from 'node:fs'
import { request } from 'node:https'
import { dirname, join } from 'node:path'
import { connect, type TLSSocket } from 'node:tls'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Certificate, newCertificate } from './support/certificates.ts'
import { startCommand } from './support/command.ts'
import { type Endpoints, type FairleadProcess, startFairlead } from './support/fairlead-process.ts'
import { manifest } from './support/manifests.ts'
import { waitFor } from './support/wait-for.ts'

let fairlead: FairleadProcess
let first: Certificate
let second: Certificate
beforeAll(async () => {
  first = newCertificate()
  second = newCertificate()
  fairlead = await startFairlead({ flags: ['--workers', '2'] })
  await fairlead.kubectl.apply(tlsSecret(first))
  const tls = { certificateRef: { name: 'certificate' } }
  const listeners = [{ name: 'https', port: 8080, protocol: 'HTTPS', tls }]
  const patch = JSON.stringify({ spec: { listeners } })
  await fairlead.kubectl('patch', 'llmgateway', 'default', '--type=merge', '-p', patch)
  await waitFor('https', async () => (await call()).status === 200)
}, 90_000)
afterAll(() => fairlead[Symbol.asyncDispose]())

const tlsSecret = ({ cert, key }: Certificate) =>
  JSON.stringify({
    apiVersion: 'v1',
    kind: 'Secret',
    type: 'kubernetes.io/tls',
    metadata: { name: 'certificate', namespace: 'default' },
    stringData: { 'tls.crt': cert, 'tls.key': key },
  })

const port = () => Number(new URL(fairlead.endpoints.gateway).port)

/** Over a connection of its own. */
function call(
  apiKey = fairlead.endpoints.apiKey,
): Promise<{ readonly status: number; readonly serial: string }> {
  return new Promise((resolve, reject) => {
    const options = {
      port: port(),
      path: '/v1/models',
      ca: [first.cert, second.cert],
      agent: false as const,
      headers: { authorization: `Bearer ${apiKey}` },
    }
    const sent = request({ host: '127.0.0.1', ...options }, (response) => {
      const { serialNumber: serial } = (response.socket as TLSSocket).getPeerCertificate()
      response.resume()
      response.on('end', () => resolve({ status: response.statusCode ?? 0, serial }))
    })
    sent.on('error', reject)
    sent.end()
  })
}

function connection(session?: Buffer): TLSSocket {
  const ca = [first.cert, second.cert]
  const socket = connect({ host: '127.0.0.1', port: port(), ca, ...(session && { session }) })
  // A session comes with what is read.
  return socket.resume()
}

/** The session that a connection leaves. */
function newSession(): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const socket = connection()
    socket.once('error', reject)
    socket.once('session', (session: Buffer) => {
      resolve(session)
      socket.destroy()
    })
  })
}

function isResumed(session: Buffer): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const socket = connection(session)
    socket.once('error', reject)
    socket.once('secureConnect', () => {
      resolve(socket.isSessionReused())
      socket.destroy()
    })
  })
}

const auditOf = async (...flags: readonly string[]) => {
  const dataDir = dirname(fairlead.endpoints.kubeconfig)
  const command = startCommand(['audit', '--data-dir', dataDir, '-o', 'json', ...flags])
  expect(await command.ended).toBe(0)
  return command
    .printed()
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>)
}

describe('a gateway over TLS', () => {
  it('says so where its address stands', async () => {
    const path = join(dirname(fairlead.endpoints.kubeconfig), 'endpoints.json')
    const { gateway } = JSON.parse(readFileSync(path, 'utf8')) as Endpoints
    expect(gateway).toBe(`https://127.0.0.1:${port()}`)
    const addresses = await waitFor('the reports', async () => {
      const format = 'jsonpath={.status.replicas[*].address}'
      const printed = await fairlead.kubectl('get', 'llmgateway', 'default', '-o', format)
      return printed.includes('https') && printed.split(' ')
    })
    expect(new Set(addresses)).toEqual(new Set([gateway]))
  })

  it('resumes the sessions of all its workers', async () => {
    const session = await newSession()
    for (let visits = 0; visits < 12; visits += 1) expect(await isResumed(session)).toBe(true)
  })

  it('shows a renewed certificate without a restart, and keeps it when the next is broken', async () => {
    const { serial } = await call()
    await fairlead.kubectl.apply(tlsSecret(second))
    await waitFor('the certificate', async () => (await call()).serial !== serial)
    const renewed = await waitFor('both workers', async () => {
      const serials = await Promise.all(
        Array.from({ length: 8 }, async () => (await call()).serial),
      )
      return new Set(serials).size === 1 && serials[0]
    })
    expect(renewed).not.toBe(serial)
    await fairlead.kubectl.apply(tlsSecret({ cert: first.cert, key: second.key }))
    await waitFor('the report', async () => {
      const format = 'jsonpath={.status.replicas[*].problems[*].reason}'
      const reasons = await fairlead.kubectl('get', 'llmgateway', 'default', '-o', format)
      return reasons.includes('SecretInvalid')
    })
    expect(await call()).toEqual({ status: 200, serial: renewed })
    expect(fairlead.log()).not.toContain('PRIVATE KEY')
  })
})

describe('the audit', () => {
  it('knows who has changed what, by the user of the API server', async () => {
    await fairlead.kubectl.apply(manifest('Persona', 'audited', { instructions: 'Be brief.' }))
    const changes = await waitFor('the change', async () => {
      const events = await auditOf('--kind', 'Change', '--since', '1h')
      const own = events.filter(({ name }) => name === 'audited')
      return own.length > 0 && own
    })
    expect(changes).toMatchObject([
      {
        kind: 'Change',
        // kubectl apply is a create for an object that is not there.
        verb: 'create',
        object: 'Persona',
        namespace: 'default',
        user: expect.any(String),
        groups: expect.arrayContaining(['system:masters']),
        fieldManager: 'kubectl-client-side-apply',
      },
    ])
    const all = JSON.stringify(await auditOf())
    expect(all).not.toContain('PRIVATE KEY')
    expect(all).toContain('"object":"Secret"')
  })

  it('knows who was refused what', async () => {
    expect((await call('sk-of-nobody')).status).toBe(401)
    const refusals = await waitFor('the refusal', async () => {
      const events = await auditOf('--kind', 'Refusal')
      return events.length > 0 && events
    })
    expect(refusals.at(-1)).toMatchObject({
      status: 401,
      code: 'invalid_api_key',
      address: '127.0.0.1',
      path: '/v1/models',
      requestId: expect.stringMatching(/^req_/),
    })
    expect(JSON.stringify(refusals)).not.toContain('sk-of-nobody')
  })
})
