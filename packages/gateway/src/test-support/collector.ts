import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'

/** A span as a collector got it. */
export interface ReceivedSpan {
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId: string | undefined
  readonly traceState: string | undefined
  readonly name: string
  readonly kind: number
  readonly startNano: bigint
  readonly endNano: bigint
  readonly status: { readonly code: number; readonly message: string } | undefined
  readonly attributes: Readonly<Record<string, unknown>>
}

interface Collector {
  readonly url: string
  readonly spans: ReceivedSpan[]
  readonly resources: Readonly<Record<string, unknown>>[]
  readonly headers: Readonly<Record<string, unknown>>[]
}

/**
 * A trace collector on a real socket that is closed when the test ends. It takes OTLP in JSON and
 * nothing else: whatever has another shape is answered with 400 and not kept.
 */
export async function testCollector(): Promise<Collector> {
  const spans: ReceivedSpan[] = []
  const resources: Record<string, unknown>[] = []
  const headers: Record<string, unknown>[] = []
  const server = createServer((request, response) => {
    const received: Buffer[] = []
    request.on('data', (chunk: Buffer) => received.push(chunk))
    request.on('end', () => {
      try {
        if (request.method !== 'POST' || request.url !== '/v1/traces') throw new Error('the path')
        if (request.headers['content-type'] !== 'application/json') throw new Error('the type')
        const body = JSON.parse(Buffer.concat(received).toString('utf8')) as unknown
        for (const group of list(field(body, 'resourceSpans'))) {
          resources.push(attributes(field(field(group, 'resource'), 'attributes')))
          for (const scope of list(field(group, 'scopeSpans'))) {
            spans.push(...list(field(scope, 'spans')).map(spanOf))
          }
        }
        headers.push(request.headers)
        response.writeHead(200, { 'content-type': 'application/json' }).end('{"partialSuccess":{}}')
      } catch (error) {
        response.writeHead(400).end(String(error))
      }
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    return new Promise<void>((resolve) => server.close(() => resolve()))
  })
  const { port } = server.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}`, spans, resources, headers }
}

function spanOf(value: unknown): ReceivedSpan {
  const status = optional(value, 'status')
  return {
    traceId: matching(field(value, 'traceId'), /^(?!0{32})[0-9a-f]{32}$/),
    spanId: matching(field(value, 'spanId'), /^(?!0{16})[0-9a-f]{16}$/),
    parentSpanId: optionalText(value, 'parentSpanId', /^(?!0{16})[0-9a-f]{16}$/),
    traceState: optionalText(value, 'traceState', /^.+$/),
    name: matching(field(value, 'name'), /^.+$/),
    kind: field(value, 'kind') as number,
    startNano: BigInt(matching(field(value, 'startTimeUnixNano'), /^[0-9]{19}$/)),
    endNano: BigInt(matching(field(value, 'endTimeUnixNano'), /^[0-9]{19}$/)),
    status: status as ReceivedSpan['status'],
    attributes: attributes(field(value, 'attributes')),
  }
}

/** By key; each may occur once. */
function attributes(value: unknown): Record<string, unknown> {
  const found: Record<string, unknown> = {}
  for (const one of list(value)) {
    const key = matching(field(one, 'key'), /^.+$/)
    if (key in found) throw new Error(`two attributes ${key}`)
    found[key] = anyValue(field(one, 'value'))
  }
  return found
}

/** OTLP's AnyValue has exactly one of these fields. */
function anyValue(value: unknown): unknown {
  const [entry, another] = Object.entries(value as object)
  if (entry === undefined || another !== undefined) throw new Error('not one value')
  const [type, inner] = entry as [string, unknown]
  switch (type) {
    case 'stringValue':
      return matching(inner, /^/)
    case 'intValue':
      return Number(matching(inner, /^-?[0-9]+$/))
    case 'doubleValue':
      if (typeof inner !== 'number') throw new Error('not a number')
      return inner
    case 'boolValue':
      if (typeof inner !== 'boolean') throw new Error('not a boolean')
      return inner
    case 'arrayValue':
      return list(field(inner, 'values')).map(anyValue)
    default:
      throw new Error(`no such type of value: ${type}`)
  }
}

function optional(value: unknown, name: string): unknown {
  return (value as Record<string, unknown>)[name]
}

function field(value: unknown, name: string): unknown {
  const found = optional(value, name)
  if (found === undefined) throw new Error(`no ${name}`)
  return found
}

function list(value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) throw new Error('not a list')
  return value
}

function matching(value: unknown, pattern: RegExp): string {
  if (typeof value !== 'string' || !pattern.test(value)) throw new Error(`not ${pattern}`)
  return value
}

function optionalText(value: unknown, name: string, pattern: RegExp): string | undefined {
  const found = optional(value, name)
  return found === undefined ? undefined : matching(found, pattern)
}
