import { describe, expect, it } from 'vitest'
import { identityParts } from '../test-support/identity-parts.ts'
import { startIdentityServer } from '../test-support/identity-server.ts'
import { azureClientSecret } from './azure-application.ts'
import { azureResource } from './azure-scope.ts'
import { azureWorkload } from './azure-workload.ts'

const signal = new AbortController().signal
const application = {
  tenantID: '00000000-1111-2222-3333-444444444444',
  clientID: '55555555-6666-7777-8888-999999999999',
}
const resource = 'https://cognitiveservices.azure.com'
const unnamed = { tenantID: undefined, clientID: undefined }

/** https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow */
function startEntra() {
  return startIdentityServer(({ method, url, form }) => {
    if (method !== 'POST' || url.pathname !== `/${application.tenantID}/oauth2/v2.0/token`) {
      return { status: 404, body: '' }
    }
    const isClient =
      form.get('grant_type') === 'client_credentials' &&
      form.get('client_id') === application.clientID &&
      form.get('scope') === `${resource}/.default`
    if (!isClient) return { status: 400, body: { error: 'invalid_request', error_codes: [900144] } }
    const isFederated =
      form.get('client_assertion_type') ===
        'urn:ietf:params:oauth:client-assertion-type:jwt-bearer' &&
      form.get('client_assertion') === 'projected'
    if (isFederated || form.get('client_secret') === 'right') {
      return { body: { token_type: 'Bearer', expires_in: 3599, access_token: 'eyJ.one' } }
    }
    const description = 'AADSTS7000215: Invalid client secret provided: wrong'
    return {
      status: 401,
      body: { error: 'invalid_client', error_description: description, error_codes: [7000215] },
    }
  })
}

describe('Microsoft Entra', () => {
  it('gives a token for a client secret', async () => {
    await using server = await startEntra()
    const parts = identityParts({ environment: { azure: { authorityHost: `${server.origin}/` } } })
    const token = azureClientSecret({ ...application, resource }, 'right', parts).token(signal)
    expect(await token).toEqual({
      value: 'eyJ.one',
      expiresAtMs: parts.clock.now() + 3_599_000,
    })
  })

  it('says which error it was, and repeats nothing else', async () => {
    await using server = await startEntra()
    const parts = identityParts({ environment: { azure: { authorityHost: server.origin } } })
    const error: unknown = await azureClientSecret({ ...application, resource }, 'wrong', parts)
      .token(signal)
      .catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ failure: 'CredentialRefused' })
    expect(String(error)).toContain('(401, invalid_client.AADSTS7000215)')
    expect(String(error)).not.toContain('wrong')
  })

  it('gives a token for a projected one, which is read each time', async () => {
    await using server = await startEntra()
    const azure = {
      ...application,
      authorityHost: server.origin,
      federatedTokenFile: '/var/run/secrets/azure/tokens/azure-identity-token',
    }
    const files = { [azure.federatedTokenFile]: 'projected' }
    const parts = identityParts({ environment: { azure }, files })
    expect((await azureWorkload(unnamed, resource, parts).token(signal)).value).toBe('eyJ.one')
    const named = identityParts({
      environment: { azure: { ...azure, tenantID: 'other', clientID: 'other' } },
      files,
    })
    expect((await azureWorkload(application, resource, named).token(signal)).value).toBe('eyJ.one')
    const noFile = identityParts({ environment: { azure } })
    await expect(azureWorkload(unnamed, resource, noFile).token(signal)).rejects.toMatchObject({
      failure: 'Misconfigured',
      message: expect.stringContaining('AZURE_FEDERATED_TOKEN_FILE'),
    })
    const unknown = identityParts({
      environment: { azure: { ...azure, clientID: undefined } },
      files,
    })
    await expect(azureWorkload(unnamed, resource, unknown).token(signal)).rejects.toThrow(
      /AZURE_CLIENT_ID/,
    )
  })
})

describe('a managed identity of Azure', () => {
  it('is asked for without a projected token', async () => {
    // https://learn.microsoft.com/entra/identity/managed-identities-azure-resources/how-to-use-vm-token
    const seen: string[] = []
    await using server = await startIdentityServer(({ method, url, headers }) => {
      if (method !== 'GET' || headers['metadata'] !== 'true') {
        return { status: 400, body: { error: 'invalid_request' } }
      }
      expect(url.searchParams.get('api-version')).toBe('2018-02-01')
      expect(url.searchParams.get('resource')).toBe(resource)
      seen.push(url.searchParams.get('client_id') ?? 'none')
      return { body: { access_token: 'of the machine', expires_in: '86399', resource } }
    })
    const parts = identityParts({
      environment: { azure: { machineIdentityHost: server.origin } },
      allowPrivate: false,
    })
    expect(await azureWorkload(unnamed, resource, parts).token(signal)).toEqual({
      value: 'of the machine',
      expiresAtMs: parts.clock.now() + 86_399_000,
    })
    await azureWorkload(application, resource, parts).token(signal)
    expect(seen).toEqual(['none', application.clientID])
  })
})

it.each([
  ['my.openai.azure.com', 'https://cognitiveservices.azure.com'],
  ['my.openai.azure.us', 'https://cognitiveservices.azure.us'],
  ['my.openai.azure.cn', 'https://cognitiveservices.azure.cn'],
])('a token for %s is for %s', (host, expected) => {
  expect(azureResource(host)).toBe(expected)
})
