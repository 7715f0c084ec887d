import { isJsonObject } from '@fairlead/base'

/** An object by name and uid; a node that a pod names but that does not exist has no uid. */
export interface ClaimedObject {
  readonly name: string
  readonly uid?: string
}

/** What a service account's token says, as Kubernetes' claims are named. Times are in seconds. */
export interface TokenClaims {
  readonly aud: readonly string[]
  readonly exp: number
  readonly iat: number
  readonly iss: string
  readonly jti: string
  readonly 'kubernetes.io': {
    readonly namespace: string
    readonly node?: ClaimedObject
    readonly pod?: ClaimedObject
    readonly secret?: ClaimedObject
    readonly serviceaccount: Required<ClaimedObject>
  }
  readonly nbf: number
  readonly sub: string
}

/** `header.payload.signature`, decoded; undefined for anything else. */
interface TokenParts {
  readonly header: Readonly<Record<string, unknown>>
  /** Of which a signature has to be checked before it is believed. */
  readonly payload: Readonly<Record<string, unknown>>
  readonly content: string
  readonly signature: string
}

/** Takes a JSON Web Token apart, without checking it. */
export function tokenParts(token: string): TokenParts | undefined {
  const [first = '', second = '', signature = '', ...more] = token.split('.', 4)
  if (signature === '' || more.length > 0) return undefined
  const header = decoded(first)
  const payload = decoded(second)
  if (header === undefined || payload === undefined) return undefined
  return { header, payload, content: `${first}.${second}`, signature }
}

export function encodedPart(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}

function decoded(part: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString('utf8'))
    return isJsonObject(value) ? value : undefined
  } catch {
    return undefined
  }
}
