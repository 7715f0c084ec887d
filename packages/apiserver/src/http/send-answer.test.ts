import type { ServerResponse } from 'node:http'
import { Writable } from 'node:stream'
import { gunzipSync } from 'node:zlib'

import { FakeClock } from '@fairlead/base/testing'
import { describe, expect, it, vi } from 'vitest'

import type { EncodedAnswer } from './encode-answer.ts'
import { sendAnswer } from './send-answer.ts'

/** A response whose client takes one part, and then nothing until it is told to. */
class SlowResponse extends Writable {
  readonly parts: Buffer[] = []
  headers: Record<string, unknown> = {}
  #done: (() => void) | undefined

  constructor() {
    super({ highWaterMark: 1 })
  }

  setTimeout(): void {}

  writeHead(_status: number, headers: Record<string, unknown>): void {
    this.headers = headers
  }

  override _write(part: Buffer, _encoding: string, done: () => void): void {
    this.parts.push(part)
    this.#done = done
  }

  takeMore(): void {
    const done = this.#done
    this.#done = undefined
    done?.()
  }
}

function send(body: EncodedAnswer['body'], mayCompress = false) {
  const clock = new FakeClock()
  const response = new SlowResponse()
  const answer = { status: 200, headers: { vary: 'Accept' }, body, mayCompress }
  const sent = sendAnswer(response as unknown as ServerResponse, answer, [], clock)
  const takeAll = async (): Promise<Buffer> => {
    while (!response.writableFinished) {
      response.takeMore()
      await new Promise((resolve) => setImmediate(resolve))
    }
    await sent
    return Buffer.concat(response.parts)
  }
  return { clock, response, sent, takeAll }
}

const part = 'x'.repeat(100_000)

function longAnswer() {
  const made: number[] = []
  function* parts() {
    for (let index = 0; index < 30; index++) {
      made.push(index)
      yield part
    }
  }
  return { made, ...send(parts()) }
}

describe('a long answer', () => {
  it('is made part by part, when those before it are taken', async () => {
    const { clock, made, response, takeAll } = longAnswer()
    await vi.waitFor(() => expect(response.parts).toHaveLength(1))
    expect(made.length).toBeLessThan(5)
    expect((await takeAll()).toString()).toBe(part.repeat(30))
    expect(response.headers).not.toHaveProperty('content-length')
    expect(clock.pendingTimers).toBe(0)
  })

  it('ends when the client is gone, or a minute has passed', async () => {
    const gone = longAnswer()
    await vi.waitFor(() => expect(gone.response.parts).toHaveLength(1))
    gone.response.destroy()
    await gone.sent
    expect(gone.made.length).toBeLessThan(5)
    const slow = longAnswer()
    await vi.waitFor(() => expect(slow.response.parts).toHaveLength(1))
    await slow.clock.advance(60_000)
    await slow.sent
    expect(slow.response.destroyed).toBe(true)
    expect(slow.made.length).toBeLessThan(5)
  })

  it('fails as a whole before it has begun, and breaks off later', async () => {
    function* failing(count: number) {
      for (let index = 0; index < count; index++) yield part
      throw new Error('cannot be encoded')
    }
    const early = send(failing(0))
    await expect(early.sent).rejects.toThrow('cannot be encoded')
    expect(early.response.destroyed).toBe(false)
    const late = send(failing(3))
    const failed = expect(late.sent).rejects.toThrow('cannot be encoded')
    while (!late.response.destroyed) {
      late.response.takeMore()
      await new Promise((resolve) => setImmediate(resolve))
    }
    await failed
  })
})

describe('gzip', () => {
  it.each([
    ['a text', 'y'.repeat(128 * 1024 + 1)],
    ['parts', ['y'.repeat(100_000), Buffer.from('y'.repeat(31_073))]],
  ])('compresses %s of more than 128 KiB', async (_, body) => {
    const { response, takeAll } = send(body, true)
    expect(gunzipSync(await takeAll()).toString()).toBe('y'.repeat(131_073))
    expect(response.headers).toMatchObject({
      'content-encoding': 'gzip',
      vary: 'Accept, Accept-Encoding',
    })
  })

  it.each([
    ['a text', 'y'.repeat(128 * 1024)],
    ['parts', ['y'.repeat(100_000), Buffer.from('y'.repeat(31_072))]],
  ])('leaves %s of 128 KiB as it is', async (_, body) => {
    const { response, takeAll } = send(body, true)
    expect((await takeAll()).toString()).toBe('y'.repeat(131_072))
    expect(response.headers).toEqual({
      'cache-control': 'no-cache, private',
      vary: 'Accept',
      'content-length': '131072',
    })
  })
})
