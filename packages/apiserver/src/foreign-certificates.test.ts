import { systemClock } from '@fairlead/base'
import { credentialFilesInMemory, PublicKeyInfrastructure } from '@fairlead/pki'
import { describe, expect, it } from 'vitest'

import { startApiServer } from './index.ts'
import { TestClient } from './test-support/test-client.ts'

/** An authority that is not the server's, as a test of an operator brings its own. */
function foreignAuthority() {
  const pki = new PublicKeyInfrastructure(credentialFilesInMemory(), () => systemClock.now())
  return {
    caCertificate: pki.caCertificate,
    serving: pki.leaf('server', {
      usage: 'server',
      subject: { commonName: 'own' },
      hosts: ['127.0.0.1'],
    }),
    client: pki.leaf('client', {
      usage: 'client',
      subject: { commonName: 'jane', organizations: ['system:masters'] },
    }),
  }
}

describe('certificates that are given', () => {
  it('are what the server serves with, and whom its kubeconfig trusts', async () => {
    const { serving, caCertificate } = foreignAuthority()
    const server = await startApiServer({ serving: { ...serving, caCertificate } })
    const client = new TestClient(server)
    expect(server.caCertificate).toBe(caCertificate)
    expect(server.kubeconfig()).toContain(Buffer.from(caCertificate).toString('base64'))
    expect((await client.get('/api/v1/namespaces/default')).status).toBe(200)
    client.close()
    await server.stop()
  })

  it('name users where their authority is accepted, and nobody where it is not', async () => {
    const { caCertificate, client: identity } = foreignAuthority()
    for (const clientAuthorities of [caCertificate, undefined]) {
      const server = await startApiServer({ clientAuthorities })
      const client = new TestClient(server, undefined, identity)
      const { status } = await client.get('/api/v1/namespaces/default')
      expect(status).toBe(clientAuthorities === undefined ? 401 : 200)
      client.close()
      await server.stop()
    }
  })
})
