import { describe, expect, it } from 'vitest'
import { chatFormatOf, type Dialect } from '../dialects/dialect.ts'
import { ModelError } from '../errors/model-error.ts'
import type { ByteSource } from '../framing/frame-source.ts'
import type { ModelRequest } from '../operations/chat/model-request.ts'
import type { ModelResponse } from '../operations/chat/model-response.ts'
import { responseEvents } from '../operations/chat/response-events.ts'
import { summarize } from './answer-summary.ts'
import { assemble } from './recordings.ts'

const nowMs = Date.UTC(2026, 0, 1)

const request: ModelRequest = {
  model: 'asked',
  items: [
    { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'Grüße 🌍 "hi"\n' }] },
  ],
  tools: [],
  settings: { maxOutputTokens: 10 },
  stream: true,
  includeUsage: true,
  extras: {},
}

const response: ModelResponse = {
  id: 'answer',
  model: 'asked',
  createdAt: Math.floor(nowMs / 1000),
  output: [
    {
      type: 'message',
      role: 'assistant',
      status: 'completed',
      content: [{ type: 'output_text', text: 'Grüße 🌍, "usage": {"a": 1}\n' }],
    },
  ],
  finishReason: 'stop',
  usage: {
    inputTokens: 12,
    cachedInputTokens: 0,
    cacheWriteInputTokens: 0,
    outputTokens: 3,
    reasoningTokens: 0,
  },
}

/** The contract of every dialect, whatever it looks like on the wire. */
export function describeDialectContract(dialect: Dialect): void {
  const { passage } = dialect
  const format = chatFormatOf(dialect)

  const streamText = () => {
    const encoder = format.createStreamEncoder({ includeUsage: true })
    return responseEvents(response)
      .map((event) => encoder.encode(event))
      .join('')
  }
  /** What dialects of other kinds say in the path. */
  const path = { model: request.model, stream: request.stream }
  const bodyOf = (value: unknown) => JSON.parse(JSON.stringify(value)) as Record<string, unknown>

  describe(`the dialect ${dialect.name}`, () => {
    it('reads the requests that it writes', () => {
      const again = format.decodeRequest(bodyOf(format.encodeRequest(request)), path)
      expect(again).toMatchObject({ model: 'asked', items: request.items, stream: true })
      expect(format.decodeInput(bodyOf(format.encodeRequest(request))).items).toEqual(again.items)
    })

    it('reads the whole answers that it writes', () => {
      const body = bodyOf(format.encodeResponse(response))
      expect(summarize(format.decodeResponse(body, nowMs))).toEqual(summarize(response))
      expect(passage.readUsage(body)).toEqual(response.usage)
      expect(passage.scanUsage(Buffer.from(JSON.stringify(body)))).toEqual(response.usage)
    })

    it('reads the streams that it writes, split at every byte', () => {
      const bytes = Buffer.from(streamText())
      for (let place = 0; place <= bytes.length; place += 1) {
        const decoder = format.createStreamDecoder(nowMs)
        const parts = [bytes.subarray(0, place), bytes.subarray(place)]
        const events = [...parts.flatMap((part) => decoder.push(part)), ...decoder.end()]
        expect(summarize(assemble(events))).toEqual(summarize(response))
      }
    })

    it('passes streams through in whole frames, unchanged, and sees their usage and end', async () => {
      const bytes = Buffer.from(streamText())
      for (let place = 0; place <= bytes.length; place += 1) {
        const frames = passage.cutFrames(sourceOf(bytes.subarray(0, place), bytes.subarray(place)))
        const scanner = passage.createStreamScanner()
        const passed: Buffer[] = []
        for (let next = await frames.next(); next !== undefined; next = await frames.next()) {
          scanner.push(next)
          passed.push(next)
        }
        expect(Buffer.concat([...passed, frames.rest])).toEqual(bytes)
        expect([scanner.complete, scanner.usage]).toEqual([true, response.usage])
      }
    })

    it('detects a stream that was cut off before its last frames', async () => {
      const bytes = Buffer.from(streamText())
      const half = bytes.subarray(0, bytes.length >> 1)
      const frames = passage.cutFrames(sourceOf(half))
      const scanner = passage.createStreamScanner()
      for (let next = await frames.next(); next !== undefined; next = await frames.next()) {
        scanner.push(next)
      }
      expect(scanner.complete).toBe(false)
      const decoder = format.createStreamDecoder(nowMs)
      expect([...decoder.push(half), ...decoder.end()].at(-1)?.type).toBe('error')
    })

    it('replaces the model of a body that passes through, and nothing else', () => {
      const body = bodyOf(format.encodeRequest(request))
      const text = `{"unknown" : 1.50,${JSON.stringify({ ...body, context: {} }).slice(1)}`
      const sent = passage.inspect(JSON.parse(text) as Record<string, unknown>, path)
      expect(sent).toMatchObject({ model: 'asked', stream: true, context: true })
      const edited = passage.edit(Buffer.from(text), sent, {
        model: 'real',
        edits: {},
        options: {},
      })
      const written = Buffer.from(edited ?? []).toString()
      const model = 'model' in body ? { model: 'real' } : {}
      expect(JSON.parse(written)).toEqual({ ...body, unknown: 1.5, ...model })
      expect(written).toContain('"unknown" : 1.50')
    })

    it('leaves a body that needs no edit alone', () => {
      const bytes = Buffer.from(JSON.stringify(format.encodeRequest(request)))
      const sent = passage.inspect(bodyOf(format.encodeRequest(request)), path)
      expect(passage.edit(bytes, sent, { model: 'asked', edits: {}, options: {} })).toBe(bytes)
    })

    it('rejects a body without messages, and names the field', () => {
      expect(() => passage.inspect({ model: 'm' })).toThrow(
        expect.objectContaining({ status: 400, param: expect.any(String) as string }) as Error,
      )
    })

    it('writes an error as a frame that it can read itself', () => {
      const error = new ModelError('upstream', 'it broke')
      const decoder = format.createStreamDecoder(nowMs)
      const events = decoder.push(Buffer.from(passage.errorFrame(error)))
      expect(events.at(-1)).toMatchObject({ type: 'error', error: { message: 'it broke' } })
    })

    it('sees its own errors in whole answers and at the end of streams that pass', () => {
      const error = new ModelError('upstream', 'it broke')
      const { body } = dialect.encodeError(error)
      expect(passage.answerFailure(bodyOf(body))).toMatchObject({ message: 'it broke' })
      expect(passage.answerFailure({})).toBeInstanceOf(ModelError)
      expect(passage.answerFailure(bodyOf(format.encodeResponse(response)))).toBeUndefined()
      const scanner = passage.createStreamScanner()
      scanner.push(Buffer.from(streamText().slice(0, 40)))
      expect(scanner.error).toBeUndefined()
      scanner.push(Buffer.from(`\n\n${passage.errorFrame(error)}`))
      expect(scanner.error).toMatchObject({ message: 'it broke' })
    })

    it('tells content from what only precedes it', () => {
      const encoder = format.createStreamEncoder({ includeUsage: true })
      const watch = passage.createProgressWatch()
      const seen = responseEvents(response).map((event) => {
        expect(watch.ended).toBe(false)
        const frames = encoder.encode(event)
        return frames === '' ? undefined : [event.type, watch.push(Buffer.from(frames))]
      })
      const steps = seen.filter((step) => step !== undefined)
      for (const [type, progress] of steps) {
        if (type === 'response-start') expect(progress).toBe('Nothing')
        if (type === 'text-delta') expect(progress).toBe('Content')
      }
      expect(steps.some(([type]) => type === 'text-delta')).toBe(true)
      expect(watch.ended).toBe(true)
    })

    it('recognises its own error responses', () => {
      const error = new ModelError('upstream', 'it broke')
      const { status, body } = dialect.encodeError(error)
      expect(passage.isErrorBody(bodyOf(body))).toBe(true)
      expect(passage.isErrorBody({ detail: 'of something else' })).toBe(false)
      const again = dialect.decodeError({ status, body: bodyOf(body), headers: {}, nowMs })
      expect(again.message).toBe('it broke')
    })
  })
}

function sourceOf(...chunks: readonly Buffer[]): ByteSource {
  const left = [...chunks]
  return { next: () => Promise.resolve(left.shift()) }
}
