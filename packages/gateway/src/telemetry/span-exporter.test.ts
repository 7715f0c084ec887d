import { FakeClock } from '@fairlead/base/testing'
import { HeaderFields } from '@fairlead/http1'
import { Registry } from 'prom-client'
import { describe, expect, it } from 'vitest'
import type { Exchange, UpstreamRequest } from '../upstream/exchange.ts'
import { SpanExporter } from './span-exporter.ts'
import { SpanMetrics } from './span-metrics.ts'

interface Reply {
  readonly status: number
  readonly headers?: readonly string[]
  readonly body?: string
}

/** An exporter whose collector gives these answers, and then 200. */
function bench(...replies: readonly (Reply | Error | 'silence')[]) {
  const clock = new FakeClock()
  const registry = new Registry()
  const requests: UpstreamRequest[] = []
  const logs: string[] = []
  const log = (_fields: object, message: string) => void logs.push(message)
  const exporter = new SpanExporter({
    transport: {
      open(request, cancellation) {
        const reply = replies[requests.length] ?? { status: 200 }
        requests.push(request)
        if (reply instanceof Error) return Promise.reject(reply)
        if (reply !== 'silence') return Promise.resolve(exchangeOf(reply))
        return new Promise((_resolve, reject) => cancellation.listen({ onCancel: reject }))
      },
    },
    path: '/v1/traces',
    headers: [['api-key', 'secret']],
    envelope: ['[', ']'],
    metrics: new SpanMetrics(registry),
    clock,
    random: () => 1,
    logger: { debug: log, info: log, warn: log, error: log },
  })
  const counted = async () => {
    const text = await registry.metrics()
    const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
    return Object.fromEntries(
      lines.map((line) => {
        const [name = '', value] = line.split(' ')
        return [/reason="(\w+)"/.exec(name)?.[1] ?? 'exported', Number(value)]
      }),
    )
  }
  return { clock, exporter, requests, logs, counted }
}

function exchangeOf({ status, headers = [], body = '' }: Reply): Exchange {
  const fields = new HeaderFields(headers)
  const chunks = body === '' ? [] : [Buffer.from(body)]
  return {
    status,
    headers: fields,
    next: () => Promise.resolve(chunks.shift()),
    collect: () => Promise.reject(new Error('not used')),
    abort: () => {},
  }
}

const moment = () => new Promise((resolve) => setImmediate(resolve))
const textOf = (request: UpstreamRequest | undefined) => Buffer.from(request?.body ?? []).toString()

describe('the exporter of spans', () => {
  it('waits for others before it sends a batch', async () => {
    const { clock, exporter, requests, counted } = bench()
    exporter.add({ json: '1', spans: 1 })
    exporter.add({ json: '2,3', spans: 2 })
    await clock.advance(4_999)
    expect(requests).toHaveLength(0)
    await clock.advance(1)
    await moment()
    expect(textOf(requests[0])).toBe('[1,2,3]')
    expect(requests[0]).toMatchObject({
      path: '/v1/traces',
      headers: ['content-type', 'application/json', 'api-key', 'secret'],
    })
    expect(await counted()).toEqual({ exported: 3 })
    expect(clock.pendingTimers).toBe(0)
  })

  it('sends at once when a batch is full, and keeps the rest for the next', async () => {
    const { exporter, requests } = bench()
    for (let index = 0; index < 600; index += 1) exporter.add({ json: 's', spans: 1 })
    await moment()
    expect(requests).toHaveLength(1)
    expect(textOf(requests[0])).toHaveLength(512 * 2 + 1)
  })

  it.each([429, 502, 503, 504])(
    'tries again after a %i, at longer and longer intervals',
    async (status) => {
      const { clock, exporter, requests, counted, logs } = bench({ status }, { status })
      exporter.add({ json: '1', spans: 1 })
      await clock.advance(5_000)
      await moment()
      await clock.advance(999)
      await moment()
      expect(requests).toHaveLength(1)
      await clock.advance(1)
      await moment()
      expect(requests).toHaveLength(2)
      await clock.advance(2_000)
      await moment()
      expect(requests.map(textOf)).toEqual(['[1]', '[1]', '[1]'])
      expect(await counted()).toEqual({ exported: 1 })
      expect(logs).toEqual([
        'the trace collector does not take spans',
        'the trace collector takes spans again',
      ])
    },
  )

  it('waits as long as Retry-After says, within bounds', async () => {
    const told = (seconds: string) => ({ status: 503, headers: ['retry-after', seconds] })
    const { clock, exporter, requests } = bench(told('7'), told('86400'))
    exporter.add({ json: '1', spans: 1 })
    await clock.advance(5_000)
    await moment()
    await clock.advance(6_999)
    await moment()
    expect(requests).toHaveLength(1)
    await clock.advance(1)
    await moment()
    expect(requests).toHaveLength(2)
    await clock.advance(30_000)
    await moment()
    expect(requests).toHaveLength(3)
  })

  it('gives a batch up after some attempts, and counts it', async () => {
    const { clock, exporter, requests, counted } = bench(
      ...Array.from({ length: 9 }, () => new Error('unreachable')),
    )
    exporter.add({ json: '1,2', spans: 2 })
    await clock.advance(5_000)
    for (let round = 0; round < 10; round += 1) {
      await moment()
      await clock.advance(30_000)
    }
    await moment()
    expect(requests).toHaveLength(6)
    expect(await counted()).toEqual({ exported: 0, Unreachable: 2 })
  })

  it('does not repeat what is refused', async () => {
    const { clock, exporter, requests, counted } = bench({ status: 401 })
    exporter.add({ json: '1', spans: 1 })
    await clock.advance(5_000)
    await moment()
    await clock.advance(60_000)
    await moment()
    expect(requests).toHaveLength(1)
    expect(await counted()).toEqual({ exported: 0, Refused: 1 })
  })

  it.each([
    ['{"partialSuccess":{"rejectedSpans":"2","errorMessage":"no"}}', { exported: 1, Refused: 2 }],
    ['{"partialSuccess":{"rejectedSpans":2}}', { exported: 1, Refused: 2 }],
    ['{"partialSuccess":{}}', { exported: 3 }],
    ['{}', { exported: 3 }],
    ['null', { exported: 3 }],
    ['protobuf', { exported: 3 }],
  ])('counts what the collector says with %s', async (body, expected) => {
    const { clock, exporter, counted } = bench({ status: 200, body })
    exporter.add({ json: '1,2,3', spans: 3 })
    await clock.advance(5_000)
    await moment()
    expect(await counted()).toEqual(expected)
  })

  it('drops what finds no room while the collector hangs, and counts it', async () => {
    const { clock, exporter, counted } = bench('silence')
    const chunk = { json: 'x'.repeat(512 * 1024), spans: 1 }
    exporter.add(chunk)
    await clock.advance(5_000)
    await moment()
    for (let index = 0; index < 20; index += 1) exporter.add(chunk)
    expect(await counted()).toEqual({ exported: 0, QueueFull: 12 })
  })

  it('gives up on a request without an answer', async () => {
    const { clock, exporter, requests } = bench('silence')
    exporter.add({ json: '1', spans: 1 })
    await clock.advance(5_000)
    await moment()
    await clock.advance(10_000)
    await moment()
    await clock.advance(1_000)
    await moment()
    expect(requests).toHaveLength(2)
  })

  it('sends everything before it stops', async () => {
    const { clock, exporter, requests, counted } = bench()
    for (let index = 0; index < 700; index += 1) exporter.add({ json: 's', spans: 1 })
    await exporter.stop(5_000)
    expect(requests).toHaveLength(2)
    expect(await counted()).toEqual({ exported: 700 })
    exporter.add({ json: 's', spans: 1 })
    expect(await counted()).toEqual({ exported: 700, Stopped: 1 })
    expect(clock.pendingTimers).toBe(0)
  })

  it('stops in time though the collector hangs', async () => {
    const { clock, exporter, counted } = bench('silence')
    for (let index = 0; index < 600; index += 1) exporter.add({ json: 's', spans: 1 })
    const stopped = exporter.stop(5_000)
    await moment()
    await clock.advance(5_000)
    await stopped
    expect(await counted()).toEqual({ exported: 0, Unreachable: 512, Stopped: 88 })
    expect(clock.pendingTimers).toBe(0)
  })
})
