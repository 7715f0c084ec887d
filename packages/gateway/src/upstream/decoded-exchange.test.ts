import {
  brotliCompressSync,
  constants,
  deflateRawSync,
  deflateSync,
  gzipSync,
  zstdCompressSync,
} from 'node:zlib'
import { HeaderFields } from '@fairlead/http1'
import { expect, test } from 'vitest'
import { collectBody } from './collect-body.ts'
import { decodedExchange } from './decoded-exchange.ts'
import type { Exchange } from './exchange.ts'

/** A body that comes in pieces; says how much of it was asked for. */
class Scripted implements Exchange {
  readonly status = 200
  readonly headers: HeaderFields
  readonly #pieces: Buffer[]
  taken = 0
  aborted: Error | undefined

  constructor(encoding: string, pieces: readonly Buffer[]) {
    this.headers = new HeaderFields([
      'content-type',
      'application/json',
      'content-encoding',
      encoding,
      'content-length',
      '7',
      'x-kept',
      'a',
    ])
    this.#pieces = [...pieces]
  }

  next(): Promise<Buffer | undefined> {
    this.taken += 1
    if (this.aborted !== undefined) return Promise.reject(this.aborted)
    return Promise.resolve(this.#pieces.shift())
  }

  collect(bytesMax: number, onProgress: () => void): ReturnType<Exchange['collect']> {
    return collectBody(this, bytesMax, onProgress)
  }

  abort(reason: Error): void {
    this.aborted = reason
  }
}

const cut = (bytes: Buffer, size: number): Buffer[] =>
  Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
    bytes.subarray(index * size, (index + 1) * size),
  )

const decoded = (encoding: string, pieces: readonly Buffer[]) => {
  const source = new Scripted(encoding, pieces)
  return { source, exchange: decodedExchange(source, 'default/p') }
}

async function all(exchange: Exchange): Promise<Buffer> {
  const { bytes, complete } = await exchange.collect(64 * 1024 * 1024, () => {})
  expect(complete).toBe(true)
  return bytes
}

const text = Buffer.from(JSON.stringify({ say: 'é'.repeat(50_000), n: Math.PI }))
const encodings: readonly (readonly [string, (bytes: Buffer) => Buffer])[] = [
  ['gzip', gzipSync],
  ['X-GZip', gzipSync],
  ['deflate', deflateSync],
  ['deflate', deflateRawSync],
  ['br', (bytes) => brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 3 } })],
  ['zstd', zstdCompressSync],
]

test.each(encodings)('%s is decoded, however it is cut', async (encoding, encode) => {
  for (const size of [1, 7, 100_000]) {
    const { exchange } = decoded(encoding, cut(encode(text), size))
    expect(await all(exchange)).toEqual(text)
    expect(await exchange.next()).toBeUndefined()
  }
})

test('what has come is given without waiting for more', async () => {
  const flushed = gzipSync('data: one\n\n', { finishFlush: constants.Z_SYNC_FLUSH })
  const { exchange, source } = decoded('gzip', [flushed])
  expect(String(await exchange.next())).toBe('data: one\n\n')
  expect(source.taken).toBe(1)
})

test('the headers no longer say how it was encoded', () => {
  const { exchange } = decoded('gzip', [])
  expect(exchange.headers.toRecord()).toEqual({ 'content-type': 'application/json', 'x-kept': 'a' })
})

test('an encoded body may be empty', async () => {
  expect(await all(decoded('gzip', []).exchange)).toHaveLength(0)
  expect(await all(decoded('br', [Buffer.alloc(0)]).exchange)).toHaveLength(0)
})

test.each(['identity', '', 'compress', 'gzip, br'])('%j is left as it is', (encoding) => {
  const { source, exchange } = decoded(encoding, [])
  expect(exchange).toBe(source)
})

const invalid = { failure: 'InvalidAnswer', code: 'upstream_invalid_response' }

test.each([
  ['no gzip at all', 'gzip', Buffer.from('{"plain": true}')],
  ['a gzip that ends early', 'gzip', gzipSync(text).subarray(0, 50)],
  ['a wrong checksum', 'gzip', Buffer.concat([gzipSync(text).subarray(0, -8), Buffer.alloc(8)])],
  ['no brotli', 'br', Buffer.from('{"plain": true}')],
  ['no zstd', 'zstd', Buffer.from('{"plain": true}')],
])('%s is an invalid answer', async (_name, encoding, bytes) => {
  const { exchange, source } = decoded(encoding, [bytes])
  await expect(all(exchange)).rejects.toMatchObject(invalid)
  expect(source.aborted).toBeDefined()
  await expect(exchange.next()).rejects.toMatchObject(invalid)
})

test.each(encodings)('a bomb in %s ends early', async (encoding, encode) => {
  const pieces = cut(encode(Buffer.alloc(16 * 1024 * 1024)), 4096)
  const { exchange, source } = decoded(encoding, pieces)
  let bytes = 0
  const draining = (async () => {
    for (let next = await exchange.next(); next !== undefined; next = await exchange.next()) {
      bytes += next.length
    }
  })()
  await expect(draining).rejects.toMatchObject(invalid)
  await expect(draining).rejects.toThrow('decodes to more than 200 times its length')
  expect(bytes).toBeLessThan(2 * 1024 * 1024)
  expect(source.aborted).toBeDefined()
})

test('a window that HTTP does not allow is refused', async () => {
  const bytes = zstdCompressSync(Buffer.alloc(16 * 1024 * 1024, 'abcdefg'), {
    params: { [constants.ZSTD_c_windowLog]: 25, [constants.ZSTD_c_enableLongDistanceMatching]: 1 },
  })
  await expect(decoded('zstd', [bytes]).exchange.next()).rejects.toMatchObject(invalid)
})

test('is aborted with its exchange', async () => {
  const { exchange, source } = decoded('gzip', [gzipSync(text)])
  await exchange.next()
  const reason = new Error('enough')
  exchange.abort(reason)
  expect(source.aborted).toBe(reason)
  await expect(exchange.next()).rejects.toBe(reason)
})
