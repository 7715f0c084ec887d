import { isJsonObject, parseJsonOrUndefined } from '@fairlead/base'
import { errors } from '@fairlead/kube-core'

/** Where the next page of a list starts. Opaque to clients. */
export interface ContinueToken {
  /** The revision that all pages show; negative in a token for an inconsistent continuation. */
  readonly revision: number
  /** The first key of the next page, within the list's scope: no object before it is shown. */
  readonly start: string
}

const tokenVersion = 'meta.k8s.io/v1'

/** The token of the page after `lastKey`, which is `name` or `namespace/name`. */
export function tokenAfter(lastKey: string, revision: number): string {
  return encodeContinueToken({ revision, start: `${lastKey}\0` })
}

export function encodeContinueToken({ revision, start }: ContinueToken): string {
  return Buffer.from(JSON.stringify({ v: tokenVersion, rv: revision, start })).toString('base64url')
}

/** As DecodeContinue in apiserver's storage. @throws StatusError 400 */
export function decodeContinueToken(text: string): ContinueToken {
  const illegal = /[^\w-]/.exec(text)
  if (illegal !== null) throw invalid(`: illegal base64 data at input byte ${illegal.index}`)
  const json = Buffer.from(text, 'base64url').toString('utf8')
  const token = parseJsonOrUndefined(json)
  if (!isJsonObject(token)) throw invalid(`: ${syntaxError(json)}`)
  const { v = '', rv = 0, start = '' } = token
  if (v !== tokenVersion)
    throw invalid(`: server does not recognize this encoded version ${String(v)}`)
  if (typeof rv !== 'number' || !Number.isSafeInteger(rv) || rv === 0) {
    throw invalid(`: incorrect encoded start resourceVersion (version ${tokenVersion})`)
  }
  if (typeof start !== 'string' || start === '') {
    throw invalid(`: encoded start key empty (version ${tokenVersion})`)
  }
  if (!isClean(start)) throw invalid(`: ${start}`)
  return { revision: rv, start: start.replace(/^\//, '') }
}

/** Whether a key stays where it is below its prefix. */
function isClean(start: string): boolean {
  const segments = start.replace(/^\//, '').split('/')
  return segments.every((segment) => !['', '.', '..'].includes(segment))
}

function syntaxError(json: string): string {
  const first = json.trimStart()[0]
  return first === undefined || '{["-0123456789tfn'.includes(first)
    ? 'unexpected end of JSON input'
    : `invalid character '${first}' looking for beginning of value`
}

function invalid(why: string): Error {
  return errors.badRequest(`invalid continue token: continue key is not valid${why}`)
}
