import { createHash, createHmac } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { SignatureV4 } from '@smithy/signature-v4'
import { describe, expect, it } from 'vitest'
import { type AwsKeys, type AwsRequest, AwsSigner } from './aws-signature.ts'

/**
 * AWS's published test suite for signatures of version 4, as far as a request is signed as it is sent:
 * https://github.com/awslabs/aws-c-auth/tree/main/tests/aws-signing-test-suite/v4
 */
const vectors = JSON.parse(
  readFileSync(new URL('./fixtures/aws-signature-vectors.json', import.meta.url), 'utf8'),
) as readonly {
  readonly name: string
  readonly request: string
  readonly sessionToken: string | null
  readonly signsBody: boolean
  readonly authorization: string
}[]

const suiteKeys = {
  accessKeyID: 'AKIDEXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
}
const suiteTimeMs = Date.UTC(2015, 7, 30, 12, 36)

describe('AwsSigner', () => {
  it.each(vectors)('signs as AWS publishes: $name', (vector) => {
    const request = parsed(vector.request, vector.signsBody)
    const keys = { ...suiteKeys, sessionToken: vector.sessionToken ?? undefined }
    const added = new AwsSigner('service', 'us-east-1').sign(request, keys, suiteTimeMs)
    expect(valueOf(added, 'authorization')).toBe(vector.authorization)
  })

  it.each([
    [
      'a model with a colon',
      '/model/anthropic.claude-sonnet-4-5-20250929-v1%3A0/invoke',
      undefined,
    ],
    [
      'a profile by its ARN',
      '/model/arn%3Aaws%3Abedrock%3Aus-east-1%3A123456789012%3Ainference-profile%2Fx/converse-stream',
      'a session/token==',
    ],
    ['a query', '/x?b=2&a=1&a=%20&empty', undefined],
    ['marks that only some encode', "/a!b'c(d)e*f/g~h", 'token'],
  ])("signs as AWS's official SDK does: %s", async (_, path, sessionToken) => {
    const keys: AwsKeys = { ...suiteKeys, sessionToken }
    const body = Buffer.from('{"messages":[]}')
    const request: AwsRequest = {
      method: 'POST',
      host: 'bedrock-runtime.us-east-1.amazonaws.com',
      path,
      headers: ['content-type', 'application/json'],
      body,
    }
    const added = new AwsSigner('bedrock', 'us-east-1').sign(request, keys, suiteTimeMs)
    expect(valueOf(added, 'authorization')).toBe(await officialAuthorization(request, keys))
    expect(valueOf(added, 'x-amz-security-token')).toBe(sessionToken)
  })

  it('derives another key for another day, and for another secret', () => {
    const signer = new AwsSigner('bedrock', 'us-east-1')
    const request = parsed('GET / HTTP/1.1\nHost:example.amazonaws.com\n', false)
    const keys = { ...suiteKeys, sessionToken: undefined }
    const others = { ...keys, secretAccessKey: 'other' }
    const dayMs = 24 * 60 * 60 * 1000
    for (const [used, nowMs] of [
      [keys, suiteTimeMs],
      [keys, suiteTimeMs + dayMs],
      [others, suiteTimeMs + dayMs],
      [keys, suiteTimeMs],
    ] as const) {
      const fresh = new AwsSigner('bedrock', 'us-east-1').sign(request, used, nowMs)
      expect(signer.sign(request, used, nowMs)).toEqual(fresh)
    }
  })
})

async function officialAuthorization(request: AwsRequest, keys: AwsKeys): Promise<string> {
  const signer = new SignatureV4({
    service: 'bedrock',
    region: 'us-east-1',
    credentials: {
      accessKeyId: keys.accessKeyID,
      secretAccessKey: keys.secretAccessKey,
      ...(keys.sessionToken === undefined ? {} : { sessionToken: keys.sessionToken }),
    },
    sha256: Sha256,
    applyChecksum: false,
  })
  const url = new URL(`https://${request.host}${request.path}`)
  const signed = await signer.sign(
    {
      method: request.method,
      protocol: 'https:',
      hostname: request.host,
      path: url.pathname,
      query: Object.fromEntries(
        [...new Set(url.searchParams.keys())].map((name) => [name, url.searchParams.getAll(name)]),
      ),
      headers: { host: request.host, 'content-type': 'application/json' },
      body: request.body,
    },
    { signingDate: new Date(suiteTimeMs) },
  )
  return signed.headers['authorization'] ?? ''
}

/** Node.js's own, in the form that the SDK takes. */
class Sha256 {
  readonly #hash

  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.#hash =
      secret === undefined
        ? createHash('sha256')
        : createHmac('sha256', typeof secret === 'string' ? secret : bytesOf(secret))
  }

  update(data: Uint8Array | string): void {
    this.#hash.update(data)
  }

  digest(): Promise<Uint8Array> {
    return Promise.resolve(this.#hash.digest())
  }

  reset(): void {}
}

function bytesOf(source: ArrayBuffer | ArrayBufferView): Buffer {
  return source instanceof ArrayBuffer
    ? Buffer.from(source)
    : Buffer.from(source.buffer, source.byteOffset, source.byteLength)
}

/** A request of the suite. A line that begins with a blank continues the header before it. */
function parsed(text: string, signsBody: boolean): AwsRequest {
  const [head = '', body = ''] = text.split('\n\n')
  const [requestLine = '', ...lines] = head.replaceAll(/\n +/g, ' ').split('\n')
  const [, method = '', path = ''] = /^(\S+) (.*) HTTP\/1\.1$/.exec(requestLine) ?? []
  const fields = lines
    .filter((line) => line !== '')
    .map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1)])
  const host = fields.find(([name]) => name === 'Host')?.[1] ?? ''
  const headers = fields.filter(([name]) => name !== 'Host').flat()
  const digest = createHash('sha256').update(body).digest('hex')
  return {
    method,
    host,
    path,
    headers: signsBody ? [...headers, 'x-amz-content-sha256', digest] : headers,
    body: Buffer.from(body),
  }
}

function valueOf(flat: readonly string[], name: string): string | undefined {
  const index = flat.indexOf(name)
  return index === -1 ? undefined : flat[index + 1]
}
