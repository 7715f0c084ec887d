import {
  BedrockRuntimeClient,
  ConverseCommand,
  type ConverseCommandInput,
  type ConverseCommandOutput,
  ConverseStreamCommand,
  type ConverseStreamOutput,
} from '@aws-sdk/client-bedrock-runtime'
import { Readable } from 'node:stream'

interface SdkRequest {
  readonly path: string
  readonly body: unknown
}

interface SdkAnswer {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body: Uint8Array
}

/** AWS's own client, which gets this answer to whatever it asks, and tells what it sends. */
function sdkThatGets(answer: SdkAnswer, seen: SdkRequest[] = []): BedrockRuntimeClient {
  return new BedrockRuntimeClient({
    region: 'us-east-1',
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
    maxAttempts: 1,
    requestHandler: {
      handle(request: { path: string; body: string | Uint8Array }) {
        const { body: sent, path } = request
        const text = typeof sent === 'string' ? sent : new TextDecoder().decode(sent)
        seen.push({ path, body: JSON.parse(text) as unknown })
        const { body, headers = {}, status: statusCode = 200 } = answer
        return Promise.resolve({ response: { statusCode, headers, body: Readable.from([body]) } })
      },
      destroy() {},
    } as never,
  })
}

const nothing = Buffer.from('{"output":{"message":{"role":"assistant","content":[]}}}')

/**
 * What the client sends for this body. It leaves out what it does not know, so that a body that comes
 * back as it was has nothing else.
 */
export async function sentBySdk(modelId: string, body: unknown): Promise<SdkRequest | undefined> {
  const seen: SdkRequest[] = []
  const input = { modelId, ...(withBytes(body) as Partial<ConverseCommandInput>) }
  await sdkThatGets({ body: nothing, headers: { 'content-type': 'application/json' } }, seen).send(
    new ConverseCommand(input),
  )
  return seen[0]
}

const asked = {
  modelId: 'm',
  messages: [{ role: 'user' as const, content: [{ text: 'x' }] }],
}

/** A whole answer as the client reads it. */
export function readBySdk(body: unknown): Promise<ConverseCommandOutput> {
  const bytes = Buffer.from(JSON.stringify(body))
  const headers = { 'content-type': 'application/json' }
  return sdkThatGets({ body: bytes, headers }).send(new ConverseCommand(asked))
}

/** What the client throws for an error. */
export async function thrownBySdk(answer: SdkAnswer): Promise<unknown> {
  return sdkThatGets(answer)
    .send(new ConverseCommand(asked))
    .then(
      () => undefined,
      (error: unknown) => error,
    )
}

/** The events of an event stream as the client reads them. Throws what it throws. */
export async function streamReadBySdk(frames: Uint8Array): Promise<ConverseStreamOutput[]> {
  const headers = { 'content-type': 'application/vnd.amazon.eventstream' }
  const { stream = [] } = await sdkThatGets({ body: frames, headers }).send(
    new ConverseStreamCommand(asked),
  )
  const events: ConverseStreamOutput[] = []
  for await (const event of stream as AsyncIterable<ConverseStreamOutput>) events.push(event)
  return events
}

const byteFields: ReadonlySet<string> = new Set(['bytes', 'redactedContent'])

/** Base64 as bytes, as the client takes them. */
function withBytes(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withBytes)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, field]) => [
      name,
      byteFields.has(name) && typeof field === 'string'
        ? Buffer.from(field, 'base64')
        : withBytes(field),
    ]),
  )
}

/** What the client read as it stands on the wire: bytes as base64, without what it adds. */
export function onWire(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, (name, field: unknown) => {
      if (name === '$metadata') return undefined
      if (field instanceof Uint8Array) return Buffer.from(field).toString('base64')
      return field
    }),
  )
}
