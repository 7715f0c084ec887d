import { FakeClock } from '@fairlead/base/testing'
import type { OpenTurn, Turn } from '@fairlead/context'
import { HeaderFields } from '@fairlead/http1'
import { ModelError, type StreamEvent } from '@fairlead/llm'
import { describe, expect, it } from 'vitest'
import type { AnswerStream } from '../answer-stream.ts'
import { TurnRecorder } from './turn-recorder.ts'

const answer: AnswerStream = {
  dialect: undefined,
  status: 200,
  headers: new HeaderFields(),
  isWhole: false,
  byteLength: undefined,
  next: () => Promise.resolve(undefined),
  rest: Buffer.alloc(0),
  usage: undefined,
  isComplete: false,
  response: () => {
    throw new Error('a stream has no whole response')
  },
}

function setUp({ trouble }: { readonly trouble?: Error } = {}) {
  const clock = new FakeClock()
  const flushed: number[] = []
  const finished: string[] = []
  const counted: string[] = []
  const turn = {
    flush: (output) => void flushed.push(JSON.stringify(output).length),
    finish: async ({ status }) => {
      finished.push(status)
      if (trouble !== undefined) throw trouble
      return {} as Turn
    },
  } as Pick<OpenTurn, 'flush' | 'finish'> as OpenTurn
  const recorder = new TurnRecorder(turn, {
    model: 'm',
    bytesMax: 100_000_000,
    clock,
    onEnd: (outcome) => counted.push(outcome),
  })
  const events: readonly StreamEvent[] = [{ type: 'text-delta', text: 'x'.repeat(100_000) }]
  const observe = () => recorder.observe({ bytes: Buffer.alloc(0), events: () => events }, answer)
  return { clock, counted, finished, flushed, observe, recorder }
}

describe('flushes of a partial answer', () => {
  it('cost no more than the time that the answer takes', async () => {
    const { clock, flushed, observe } = setUp()
    const seconds = 60
    for (let step = 0; step < seconds * 10; step++) {
      observe()
      await clock.advance(100)
    }
    const bytes = flushed.reduce((total, length) => total + length, 0)
    const length = seconds * 10 * 100_000
    // The last one takes everything; all before it cost what their time allows.
    expect(bytes).toBeLessThan(seconds * 1000 * 640 + length)
    expect(flushed.length).toBeGreaterThan(5)
  })

  it('take everything when the stream stalls', async () => {
    const { clock, flushed, observe } = setUp()
    for (let step = 0; step < 10; step++) observe()
    await clock.advance(100)
    observe()
    await clock.advance(10_000)
    expect(flushed.at(-1)).toBeGreaterThan(1_100_000)
  })
})

describe('the end of an answer', () => {
  it('is recorded once, and nothing is flushed after it', async () => {
    const { clock, counted, finished, flushed, observe, recorder } = setUp()
    observe()
    await recorder.fail(new ModelError('unavailable', 'cut'))
    await recorder.fail(new ModelError('unavailable', 'cut again'))
    observe()
    await clock.advance(10_000)
    expect(finished).toEqual(['incomplete'])
    expect(counted).toEqual(['incomplete'])
    expect(flushed).toEqual([])
  })

  it('that the store does not take is counted as one that may be lost', async () => {
    const { counted, observe, recorder } = setUp({ trouble: new Error('the disk is full') })
    observe()
    const failing = recorder.fail(new ModelError('unavailable', 'cut'))
    await expect(failing).rejects.toThrow('the disk is full')
    expect(counted).toEqual(['unstored'])
  })
})
