import { createHash, createHmac } from 'node:crypto'

/** What AWS knows its callers by. */
export interface AwsKeys {
  readonly accessKeyID: string
  readonly secretAccessKey: string
  /** Of keys that were lent for a while. */
  readonly sessionToken: string | undefined
}

/** A request as it will be sent. */
export interface AwsRequest {
  readonly method: string
  /** The value of the Host header. */
  readonly host: string
  /** With the query, percent-encoded as it will be sent. */
  readonly path: string
  /** Headers that the signature protects, besides Host. Flat list: name, value, name, value. */
  readonly headers: readonly string[]
  readonly body: Uint8Array
}

const algorithm = 'AWS4-HMAC-SHA256'

/**
 * Signs requests to one service in one region, as version 4 of AWS's signatures:
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 * Keeps the key of the last day, which is derived by four rounds.
 */
export class AwsSigner {
  readonly #service: string
  readonly #region: string
  #derived: { readonly secret: string; readonly day: string; readonly key: Buffer } | undefined

  constructor(service: string, region: string) {
    this.#service = service
    this.#region = region
  }

  /**
   * The headers to add to the request: date, session token and signature. `nowMs` is wall time; AWS
   * refuses what is more than five minutes off. Flat list: name, value, name, value.
   */
  sign(request: AwsRequest, keys: AwsKeys, nowMs: number): string[] {
    const time = new Date(nowMs).toISOString().replaceAll(/[-:]|\.\d+/g, '')
    const day = time.slice(0, 8)
    const added = ['x-amz-date', time]
    if (keys.sessionToken !== undefined) added.push('x-amz-security-token', keys.sessionToken)
    const headers = canonicalHeaders(['host', request.host, ...request.headers, ...added])
    const names = [...headers.keys()].join(';')
    const scope = `${day}/${this.#region}/${this.#service}/aws4_request`
    const canonical = [
      request.method,
      ...canonicalTarget(request.path),
      ...[...headers].map(([name, value]) => `${name}:${value}`),
      '',
      names,
      sha256(request.body),
    ].join('\n')
    const toSign = [algorithm, time, scope, sha256(canonical)].join('\n')
    const signature = hmac(this.#key(keys.secretAccessKey, day), toSign).toString('hex')
    const credential = `Credential=${keys.accessKeyID}/${scope}`
    const value = `${algorithm} ${credential}, SignedHeaders=${names}, Signature=${signature}`
    return [...added, 'authorization', value]
  }

  #key(secret: string, day: string): Buffer {
    const before = this.#derived
    if (before !== undefined && before.secret === secret && before.day === day) return before.key
    const parts = [this.#region, this.#service, 'aws4_request']
    const key = parts.reduce<Buffer>(hmac, hmac(`AWS4${secret}`, day))
    this.#derived = { secret, day, key }
    return key
  }
}

/** By name in lower case, in order; values of one name are joined, and blanks within made one. */
function canonicalHeaders(flat: readonly string[]): ReadonlyMap<string, string> {
  const values = new Map<string, string>()
  for (let index = 0; index < flat.length; index += 2) {
    const name = (flat[index] ?? '').toLowerCase()
    const value = (flat[index + 1] ?? '').trim().replaceAll(/\s+/g, ' ')
    const before = values.get(name)
    values.set(name, before === undefined ? value : `${before},${value}`)
  }
  return new Map([...values].toSorted(([left], [right]) => compareCodes(left, right)))
}

/**
 * Path and query. What is encoded in a path is encoded once more, as every service but S3 expects it;
 * a query is sorted, and encoded once.
 */
function canonicalTarget(target: string): readonly [string, string] {
  const mark = target.indexOf('?')
  const path = mark === -1 ? target : target.slice(0, mark)
  const query = mark === -1 ? '' : target.slice(mark + 1)
  const pairs = query
    .split('&')
    .filter((pair) => pair !== '')
    .map((pair) => {
      const [name = '', ...value] = pair.split('=')
      return [encoded(decoded(name)), encoded(decoded(value.join('=')))] as const
    })
    .toSorted(([name, value], [otherName, otherValue]) =>
      name === otherName ? compareCodes(value, otherValue) : compareCodes(name, otherName),
    )
  return [
    path.split('/').map(encoded).join('/'),
    pairs.map(([name, value]) => `${name}=${value}`).join('&'),
  ]
}

/** Everything but RFC 3986's unreserved characters. */
function encoded(text: string): string {
  return encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** By code units, whatever the locale. */
function compareCodes(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0
}

function sha256(bytes: Uint8Array | string): string {
  return createHash('sha256').update(bytes).digest('hex')
}

function hmac(key: Buffer | string, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest()
}
