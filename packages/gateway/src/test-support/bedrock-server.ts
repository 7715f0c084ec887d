import { createHash, createHmac } from 'node:crypto'
import type { ServerResponse } from 'node:http'
import { encodeEventStreamMessage } from '@fairlead/llm'
import type { LLMProviderSettings } from '@fairlead/snapshot'
import { SignatureV4 } from '@smithy/signature-v4'

export const keys = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret/with+signs' }
export const credentialsFile = `[default]
aws_access_key_id = ${keys.accessKeyId}
aws_secret_access_key = ${keys.secretAccessKey}
`
const region = 'eu-central-1'

/** What makes a provider one of this type. */
export function bedrockType(
  claudeAPI: 'InvokeModel' | 'Converse' = 'InvokeModel',
): Pick<LLMProviderSettings, 'type' | 'bedrock'> {
  return { type: 'Bedrock', bedrock: { region, roleARN: undefined, claudeAPI } }
}

/** An error as Bedrock has it. */
export function refuse(
  response: ServerResponse,
  status: number,
  name: string,
  message: string,
): void {
  response.writeHead(status, {
    'content-type': 'application/json',
    'x-amzn-errortype': `${name}:http://internal.amazon.com/coral/com.amazon.bedrock/`,
  })
  response.end(JSON.stringify({ message }))
}

/** A message of an event stream. */
export function framed(headers: Readonly<Record<string, string>>, payload: string): Buffer {
  return encodeEventStreamMessage({
    headers: new Map(
      Object.entries(headers).map(([name, value]) => [name, { type: 'string', value }]),
    ),
    payload: Buffer.from(payload),
  })
}

/** The Authorization that AWS's own signer gives to the request that came. */
export async function expectedSignature(
  path: string,
  headers: NodeJS.Dict<string | string[]>,
  body: Buffer,
  sessionToken: string | undefined,
): Promise<string | undefined> {
  const signer = new SignatureV4({
    service: 'bedrock',
    region,
    credentials: { ...keys, ...(sessionToken === undefined ? {} : { sessionToken }) },
    sha256: Sha256,
    applyChecksum: false,
  })
  const date = String(headers['x-amz-date'])
  const [, ...parts] = /^(....)(..)(..)T(..)(..)(..)Z$/.exec(date) ?? []
  const [year = 0, month = 0, ...rest] = parts.map(Number)
  const host = String(headers['host'])
  const signed = await signer.sign(
    {
      method: 'POST',
      protocol: 'http:',
      hostname: host,
      path,
      headers: { host, 'content-type': 'application/json' },
      body,
    },
    { signingDate: new Date(Date.UTC(year, month - 1, ...rest)) },
  )
  return signed.headers['authorization']
}

class Sha256 {
  readonly #hash

  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.#hash =
      secret === undefined ? createHash('sha256') : createHmac('sha256', secret as Uint8Array)
  }

  update(data: Uint8Array): void {
    this.#hash.update(data)
  }

  digest(): Promise<Uint8Array> {
    return Promise.resolve(this.#hash.digest())
  }

  reset(): void {}
}
