import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { TokenIssuerSettings } from '@fairlead/snapshot'
import { type CryptoKey, exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose'
import { onTestFinished } from 'vitest'

/** An issuer of tokens with an OpenID discovery document, whose keys a test rotates and breaks. */
export interface TestIssuer {
  readonly url: string
  /** Requests for the key set so far. */
  readonly keyRequests: number
  /** Signs with the newest key; claims that are `undefined` are left out. */
  token(claims?: JWTPayload, header?: object): Promise<string>
  /** A key that is published and signs from now on; the earlier ones stay published or not. */
  rotate(earlier: 'Keep' | 'Drop'): Promise<void>
  /** Answers with this status from now on; 200 is well. */
  answerWith(status: number): void
  /** The public half of the newest key as a JSON Web Key. */
  publicKey(): Promise<object>
}

/** Times count from the clock that the gateway has; `nowMs` is wall time. */
export async function testIssuer(nowMs: () => number, algorithm = 'ES256'): Promise<TestIssuer> {
  let signer: { readonly id: string; readonly key: CryptoKey; readonly publicKey: CryptoKey }
  let published: object[] = []
  let [status, made, keyRequests] = [200, 0, 0]
  const server = createServer((request, response) => {
    if (status !== 200) return response.writeHead(status).end()
    response.setHeader('content-type', 'application/json')
    if (request.url === '/keys') {
      keyRequests += 1
      response.setHeader('cache-control', 'public, max-age=600')
      return response.end(JSON.stringify({ keys: published }))
    }
    return response.end(JSON.stringify({ issuer: url, jwks_uri: `${url}/keys` }))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const rotate: TestIssuer['rotate'] = async (earlier) => {
    made += 1
    const { privateKey: key, publicKey } = await generateKeyPair(algorithm, { extractable: true })
    signer = { id: `key-${made}`, key, publicKey }
    const jwk = { ...(await exportJWK(publicKey)), kid: signer.id, use: 'sig', alg: algorithm }
    published = earlier === 'Keep' ? [...published, jwk] : [jwk]
  }
  await rotate('Drop')
  return {
    url,
    get keyRequests() {
      return keyRequests
    },
    token(claims = {}, header = {}) {
      const nowS = Math.floor(nowMs() / 1000)
      const all = { iss: url, aud: 'fairlead', sub: 'app', iat: nowS, exp: nowS + 300, ...claims }
      return new SignJWT(all)
        .setProtectedHeader({ alg: algorithm, kid: signer.id, typ: 'JWT', ...header })
        .sign(signer.key)
    },
    rotate,
    answerWith(next) {
      status = next
    },
    publicKey: () => exportJWK(signer.publicKey),
  }
}

export function issuerOf(
  url: string,
  parts: Partial<TokenIssuerSettings> = {},
): TokenIssuerSettings {
  return {
    name: 'corporate',
    issuer: url,
    audiences: ['fairlead'],
    keys: { from: 'Discovery' },
    claims: { consumer: 'sub', groups: 'groups', endUser: 'email' },
    consumers: 'Match',
    requiredClaims: [],
    clockSkewMs: 60_000,
    algorithms: ['RS256', 'PS256', 'ES256', 'EdDSA'],
    ...parts,
  }
}
