import { createVerify, generateKeyPairSync } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { identityParts } from '../test-support/identity-parts.ts'
import { startIdentityServer } from '../test-support/identity-server.ts'
import { googleServiceAccount } from './google-service-account.ts'
import { googleWorkload } from './google-workload.ts'

const signal = new AbortController().signal
const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
const scope = 'https://www.googleapis.com/auth/cloud-platform'

const keyFor = (origin: string, change: object = {}) =>
  JSON.stringify({
    type: 'service_account',
    client_email: 'gateway@project.iam.gserviceaccount.com',
    private_key_id: 'key-1',
    private_key: pem,
    token_uri: `${origin}/token`,
    ...change,
  })

/**
 * As https://developers.google.com/identity/protocols/oauth2/service-account#httprest says: the
 * assertion's signature, header and claims are checked.
 */
function startTokenEndpoint(nowMs: number) {
  const server = startIdentityServer(({ method, form }) => {
    if (method !== 'POST') throw new Error('POST only')
    if (form.get('grant_type') !== 'urn:ietf:params:oauth:grant-type:jwt-bearer') {
      return { status: 400, body: { error: 'unsupported_grant_type' } }
    }
    const [head = '', claims = '', signature = ''] = (form.get('assertion') ?? '').split('.')
    const isSigned = createVerify('RSA-SHA256')
      .update(`${head}.${claims}`)
      .verify(publicKey, Buffer.from(signature, 'base64url'))
    const header = decoded(head)
    const { iss, aud, iat, exp, scope: wanted } = decoded(claims)
    const seconds = nowMs / 1000
    const isValid =
      isSigned &&
      header['alg'] === 'RS256' &&
      header['kid'] === 'key-1' &&
      iss === 'gateway@project.iam.gserviceaccount.com' &&
      typeof aud === 'string' &&
      aud.endsWith('/token') &&
      wanted === scope &&
      Number(iat) <= seconds &&
      Number(exp) > seconds &&
      Number(exp) - Number(iat) <= 3600
    if (!isValid) return { status: 400, body: { error: 'invalid_grant' } }
    return { body: { access_token: 'ya29.one', expires_in: 3599, token_type: 'Bearer' } }
  })
  return server
}

describe('a service account of Google', () => {
  it('gets a token for a signed assertion', async () => {
    const parts = identityParts()
    await using server = await startTokenEndpoint(parts.clock.now())
    expect(await googleServiceAccount(keyFor(server.origin), parts).token(signal)).toEqual({
      value: 'ya29.one',
      expiresAtMs: parts.clock.now() + 3_599_000,
    })
  })

  it('says that it was refused, and nothing of the key', async () => {
    const parts = identityParts()
    await using server = await startTokenEndpoint(parts.clock.now())
    const key = keyFor(server.origin, { client_email: 'other@project' })
    await expect(googleServiceAccount(key, parts).token(signal)).rejects.toMatchObject({
      failure: 'CredentialRefused',
      message: expect.stringMatching(
        /^Google's token endpoint refused to give a token \(400, invalid_grant\)/,
      ),
    })
  })

  it.each([
    ['is not JSON', 'x'],
    ['has another type', '{"type":"external_account"}'],
    ['lacks client_email or private_key', '{"type":"service_account"}'],
    ['that is not PEM', keyFor('http://127.0.0.1', { private_key: 'secret words' })],
    ['that is not a URL', keyFor('nowhere')],
  ])('refuses a key that %s', async (detail, key) => {
    const error = await googleServiceAccount(key, identityParts())
      .token(signal)
      .catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ failure: 'CredentialRefused' })
    expect(String(error)).toContain(detail)
    expect(String(error)).not.toContain('secret words')
  })

  it('is asked for only where the configuration allows connections', async () => {
    const parts = identityParts({ allowPrivate: false })
    await using server = await startTokenEndpoint(parts.clock.now())
    await expect(
      googleServiceAccount(keyFor(server.origin), parts).token(signal),
    ).rejects.toMatchObject({ failure: 'Misconfigured' })
    expect(server.requests).toEqual([])
  })
})

describe('the workload identity of Google', () => {
  it('exchanges a projected token, and impersonates', async () => {
    // https://google.aip.dev/auth/4117
    await using server = await startIdentityServer(({ method, url, form, headers, body }) => {
      if (method !== 'POST') throw new Error('POST only')
      if (url.pathname === '/v1/token') {
        expect(Object.fromEntries(form)).toEqual({
          grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
          audience:
            '//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/providers/k',
          scope,
          requested_token_type: 'urn:ietf:params:oauth:token-type:access_token',
          subject_token: 'projected',
          subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
        })
        return { body: { access_token: 'federated', expires_in: 3600 } }
      }
      expect(headers.authorization).toBe('Bearer federated')
      expect(JSON.parse(body)).toEqual({ scope: [scope] })
      return { body: { accessToken: 'impersonated', expireTime: '2026-01-01T01:00:00Z' } }
    })
    const config = {
      type: 'external_account',
      audience:
        '//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/providers/k',
      subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
      token_url: `${server.origin}/v1/token`,
      credential_source: { file: '/token', format: { type: 'text' } },
    }
    const withConfig = (change: object, token = 'projected\n') =>
      identityParts({
        environment: { google: { credentialsFile: '/config' } },
        files: { '/config': JSON.stringify({ ...config, ...change }), '/token': token },
      })
    expect((await googleWorkload(withConfig({})).token(signal)).value).toBe('federated')
    const impersonation = {
      service_account_impersonation_url: `${server.origin}/v1/x:generateAccessToken`,
    }
    expect(await googleWorkload(withConfig(impersonation)).token(signal)).toEqual({
      value: 'impersonated',
      expiresAtMs: Date.UTC(2026, 0, 1, 1),
    })
    const asJson = {
      credential_source: {
        file: '/token',
        format: { type: 'json', subject_token_field_name: 'access_token' },
      },
    }
    const json = withConfig(asJson, '{"access_token":"projected"}')
    expect((await googleWorkload(json).token(signal)).value).toBe('federated')
    for (const change of [
      { credential_source: { url: 'http://127.0.0.1' } },
      { audience: undefined },
      { token_url: 'nowhere' },
    ]) {
      await expect(googleWorkload(withConfig(change)).token(signal)).rejects.toMatchObject({
        failure: 'Misconfigured',
      })
    }
  })

  it('asks the metadata server when no file is named', async () => {
    await using server = await startIdentityServer(({ headers, url }) => {
      if (headers['metadata-flavor'] !== 'Google') return { status: 403, body: 'no flavor' }
      expect(url.pathname).toBe('/computeMetadata/v1/instance/service-accounts/default/token')
      return { body: { access_token: 'of the pod', expires_in: 100, token_type: 'Bearer' } }
    })
    const parts = identityParts({
      environment: { google: { metadataHost: server.host } },
      allowPrivate: false,
    })
    expect((await googleWorkload(parts).token(signal)).value).toBe('of the pod')
  })

  it('says what is wrong with the file', async () => {
    const environment = { google: { credentialsFile: '/config' } }
    await expect(googleWorkload(identityParts({ environment })).token(signal)).rejects.toThrow(
      /GOOGLE_APPLICATION_CREDENTIALS names cannot be read \(ENOENT\)/,
    )
    const files = { '/config': '{"type":"authorized_user"}' }
    await expect(
      googleWorkload(identityParts({ environment, files })).token(signal),
    ).rejects.toThrow(/neither the type service_account nor external_account/)
  })
})

function decoded(part: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(part, 'base64url').toString('utf8')) as Record<string, unknown>
}
