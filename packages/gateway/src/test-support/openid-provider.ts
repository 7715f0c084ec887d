import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { exportJWK, generateKeyPair } from 'jose'
// @ts-expect-error The package has no types.
import { Provider } from 'oidc-provider'
import { onTestFinished } from 'vitest'

const OpenIdServer = Provider as unknown as new (
  issuer: string,
  configuration: object,
) => { callback(): RequestListener }

/** A certified OpenID provider whose client `app` gets access tokens in JWT for the audience `fairlead`. */
export interface OpenIdProvider {
  readonly issuer: string
  token(): Promise<string>
  /** Signs with a new key from now on; the earlier ones stay published. */
  rotate(): Promise<void>
}

export async function openIdProvider(): Promise<OpenIdProvider> {
  let handle: RequestListener = (_request, response) => response.writeHead(503).end()
  const server = createServer((request, response) => handle(request, response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  let keys: readonly object[] = []
  const rotate = async () => {
    const { privateKey } = await generateKeyPair('ES256', { extractable: true })
    const key = { ...(await exportJWK(privateKey)), kid: `key-${keys.length + 1}`, use: 'sig' }
    keys = [{ ...key, alg: 'ES256' }, ...keys]
    handle = new OpenIdServer(issuer, configuration(keys)).callback()
  }
  await rotate()
  return {
    issuer,
    rotate,
    async token() {
      const response = await fetch(`${issuer}/token`, {
        method: 'POST',
        body: new URLSearchParams({
          grant_type: 'client_credentials',
          client_id: 'app',
          client_secret: 'a-secret-of-the-client',
          resource: 'urn:fairlead',
        }),
      })
      const { access_token: token } = (await response.json()) as { access_token?: string }
      if (token === undefined) throw new Error(`no token: ${response.status}`)
      return token
    },
  }
}

function configuration(keys: readonly object[]): object {
  return {
    jwks: { keys },
    cookies: { keys: ['not used'] },
    clients: [
      {
        client_id: 'app',
        client_secret: 'a-secret-of-the-client',
        token_endpoint_auth_method: 'client_secret_post',
        grant_types: ['client_credentials'],
        response_types: [],
        redirect_uris: [],
        id_token_signed_response_alg: 'ES256',
      },
    ],
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      resourceIndicators: {
        enabled: true,
        useGrantedResource: () => true,
        getResourceServerInfo: () => ({
          scope: '',
          audience: 'fairlead',
          accessTokenFormat: 'jwt',
          accessTokenTTL: 300,
          jwt: { sign: { alg: 'ES256' } },
        }),
      },
    },
  }
}
