import { objectOrEmpty, parseJsonOrUndefined } from '@fairlead/base'
import { errors } from '@fairlead/kube-core'

/** Where the next page of a list starts. Opaque to clients. */
export interface ContinueToken {
  /** The revision that all pages show; -1 in a token for an inconsistent continuation. */
  readonly revision: number
  /** `namespace/name` of the last object of the previous page. */
  readonly after: string
}

export function encodeContinueToken({ revision, after }: ContinueToken): string {
  return Buffer.from(JSON.stringify({ v: 'meta.k8s.io/v1', rv: revision, start: after })).toString(
    'base64url',
  )
}

/** @throws StatusError 400 */
export function decodeContinueToken(text: string): ContinueToken {
  const decoded = parseJsonOrUndefined(Buffer.from(text, 'base64url').toString('utf8'))
  const { rv, start } = objectOrEmpty(decoded)
  if (typeof rv === 'number' && Number.isSafeInteger(rv) && typeof start === 'string') {
    return { revision: rv, after: start }
  }
  throw errors.badRequest('continue key is not valid: the token was not made by this server')
}
