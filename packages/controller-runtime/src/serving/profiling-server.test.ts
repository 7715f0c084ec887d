import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { silentLogger, systemClock } from '@fairlead/base'
import { createMetrics } from '../metrics/metrics.ts'
import { samplesOf } from './cpu-profile.ts'
import { encodePprof } from './pprof-profile.ts'
import { profilingServer } from './profiling-server.ts'
import type { HttpServer } from './http-server.ts'

/** The fields of a message of protobuf: numbers as such, the rest as bytes. */
function fieldsOf(bytes: Uint8Array): (readonly [field: number, value: number | Uint8Array])[] {
  const fields: (readonly [number, number | Uint8Array])[] = []
  for (let at = 0; at < bytes.length;) {
    const key = varint(bytes, at)
    const value = varint(bytes, key.end)
    at = value.end
    if (key.value % 8 === 0) fields.push([key.value >> 3, value.value])
    else {
      fields.push([key.value >> 3, bytes.subarray(at, at + value.value)])
      at += value.value
    }
  }
  return fields
}

function varint(bytes: Uint8Array, start: number): { value: number; end: number } {
  let value = 0
  let end = start
  for (let scale = 1; ; scale *= 128) {
    const byte = bytes[end++] ?? 0
    value += (byte & 127) * scale
    if (byte < 128) return { value, end }
  }
}

/** What is below a field, as bytes. */
const all = (bytes: Uint8Array, wanted: number) =>
  fieldsOf(bytes).flatMap(([field, value]) =>
    field === wanted && typeof value !== 'number' ? [value] : [],
  )
const texts = (bytes: Uint8Array) => all(bytes, 6).map((text) => Buffer.from(text).toString())

describe('profiles', () => {
  const frame = (functionName: string, lineNumber = 0) => ({
    functionName,
    lineNumber,
    url: 'file:///app.ts',
    scriptId: '1',
    columnNumber: 0,
  })

  it('have the stacks of V8, the innermost function first, without the time of waiting', () => {
    const { samples, durationMs } = samplesOf(
      {
        nodes: [
          { id: 1, callFrame: frame('(root)', -1), children: [2, 4] },
          { id: 2, callFrame: frame('outer'), children: [3] },
          { id: 3, callFrame: frame('inner', 9) },
          { id: 4, callFrame: frame('(idle)', -1) },
        ],
        startTime: 0,
        endTime: 50_000,
        samples: [3, 4, 2, 3, 1],
        timeDeltas: [100, 1_000, 20_000, 300, 4_000],
      },
      0,
    )
    expect(durationMs).toBe(50)
    expect(
      samples.map(({ frames, values }) => [frames.map((one) => one.functionName), values]),
    ).toEqual([
      [
        ['inner', 'outer'],
        [2, 5_000_000],
      ],
      [['outer'], [1, 300_000]],
    ])
  })

  it('are encoded as pprof reads them', () => {
    const bytes = encodePprof({
      types: [
        ['samples', 'count'],
        ['cpu', 'nanoseconds'],
      ],
      samples: [{ frames: [frame('inner', 9), frame('', 299)], values: [2, 5_000_000] }],
      timeMs: 1_700_000_000_000,
      durationMs: 50,
      period: 1_000_000,
    })
    const strings = texts(bytes)
    expect(strings[0]).toBe('')
    expect(strings).toContain('(anonymous)')
    const [sample] = all(bytes, 2).map(fieldsOf)
    expect(sample?.map(([field, value]) => [field, [...(value as Uint8Array)]])).toEqual([
      [1, [1, 2]],
      [2, [2, 0xc0, 0x96, 0xb1, 0x02]],
    ])
    const named = all(bytes, 5).map(fieldsOf)
    expect(named.map((fields) => strings[fields[1]?.[1] as number])).toEqual([
      'inner',
      '(anonymous)',
    ])
    expect(named.map((fields) => fields[4]?.[1])).toEqual([10, 300])
    expect(fieldsOf(bytes)).toContainEqual([9, 1_700_000_000_000_000_000])
  })
})

describe('the profiling server', () => {
  let server: HttpServer
  const stop = new AbortController()
  let running: Promise<unknown>
  let at: string

  beforeAll(async () => {
    const environment = {
      client: { create: () => Promise.reject(new Error('not asked')) },
      metrics: createMetrics(),
      logger: silentLogger,
      clock: systemClock,
    }
    const parts = profilingServer({ bindAddress: '127.0.0.1:0' }, environment)
    if (parts === undefined) throw new Error('no server')
    server = parts.server
    running = Promise.all([server, ...parts.runnables].map((one) => one.start(stop.signal)))
    const { port } = await server.whenListening()
    at = `http://127.0.0.1:${port}/debug/pprof`
  })
  afterAll(async () => {
    stop.abort()
    await running
  })

  const profileOf = async (response: Response) => {
    expect(response.status).toBe(200)
    expect(response.headers.get('content-type')).toBe('application/octet-stream')
    return gunzipSync(Buffer.from(await response.arrayBuffer()))
  }

  it('shows what computes', async () => {
    const asked = fetch(`${at}/profile?seconds=0.3`)
    let isOver = false
    void asked.finally(() => (isOver = true))
    function burnCycles(until: number) {
      while (performance.now() < until);
    }
    while (!isOver) {
      burnCycles(performance.now() + 20)
      await new Promise((resolve) => setImmediate(resolve))
    }
    expect(texts(await profileOf(await asked))).toContain('burnCycles')
  })

  it('shows who holds memory', async () => {
    function holdMemory() {
      return Array.from({ length: 300_000 }, (_, index) => ({ index }))
    }
    const held = holdMemory()
    const names = texts(await profileOf(await fetch(`${at}/heap?gc=1`)))
    expect(names).toContain('inuse_space')
    expect(names).toContain('holdMemory')
    expect(held).toHaveLength(300_000)
  })

  it('refuses what it cannot do', async () => {
    const answer = async (path: string) => {
      const response = await fetch(`${at}${path}`)
      return [response.status, await response.text()]
    }
    expect(await answer('/profile?seconds=0')).toEqual([400, expect.stringContaining('seconds')])
    expect(await answer('/profile?seconds=101')).toEqual([400, expect.stringContaining('100')])
    expect(await answer('/heap?seconds=5')).toEqual([400, expect.stringContaining('seconds')])
    expect(await answer('/goroutine')).toEqual([404, '404 page not found\n'])
    expect(await answer('/')).toEqual([200, expect.stringContaining('heap')])
    const [first, second] = await Promise.all([
      fetch(`${at}/profile?seconds=0.2`),
      answer('/profile?seconds=0.2'),
    ])
    expect(first.status).toBe(200)
    expect(second).toEqual([500, expect.stringContaining('already in use')])
  })

  it('ends a profile when whoever asked for it goes away', async () => {
    const gone = new AbortController()
    const ask = async (): Promise<Response> => {
      const response = await fetch(`${at}/profile?seconds=60`, { signal: gone.signal })
      // One of the short ones was quicker.
      return response.status === 500 ? ask() : response
    }
    const asked = ask()
    const busy = async () => (await fetch(`${at}/profile?seconds=0.01`)).status
    await expect.poll(busy).toBe(500)
    gone.abort()
    await expect(asked).rejects.toThrow()
    // A profile of a machine that does other work as well takes its time to be written.
    await expect.poll(busy, { timeout: 15_000 }).toBe(200)
  })
})
