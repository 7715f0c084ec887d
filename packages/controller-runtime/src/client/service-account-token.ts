import { type authenticationV1, ServiceAccount } from '@fairlead/kube-types'
import type { KeyOf } from '../object-key.ts'
import type { CallOptions, Client } from './client.ts'

export interface TokenOptions extends CallOptions {
  /** Who accepts the token. Defaults to the API server. */
  readonly audiences?: readonly string[]
  /** Defaults to one hour; the server takes no less than ten minutes. */
  readonly expirationSeconds?: number
  /** The token is valid only as long as this object exists: a Pod, Secret or Node. */
  readonly boundObjectRef?: authenticationV1.BoundObjectReference
}

/** A token of a service account, and when it expires. The server may give less time than asked. */
export interface ServiceAccountToken {
  readonly token: string
  readonly expirationTimestamp: string
}

/** Asks the API server for a token with which one is authenticated as a service account. */
export async function createToken(
  client: Client,
  serviceAccount: KeyOf<ServiceAccount>,
  options: TokenOptions = {},
): Promise<ServiceAccountToken> {
  const { audiences = [], expirationSeconds, boundObjectRef, ...call } = options
  const { namespace, name } = serviceAccount
  const request: authenticationV1.TokenRequest = {
    apiVersion: 'authentication.k8s.io/v1',
    kind: 'TokenRequest',
    metadata: { namespace, name },
    spec: { audiences: [...audiences], expirationSeconds, boundObjectRef },
  }
  const { status } = await client
    .subresource('token')
    .create(ServiceAccount, serviceAccount, request, call)
  if (status === undefined) throw new Error(`the server answered without a token for ${name}`)
  return { token: status.token, expirationTimestamp: status.expirationTimestamp ?? '' }
}
