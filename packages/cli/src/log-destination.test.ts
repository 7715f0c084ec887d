import { FakeClock } from '@fairlead/base/testing'
import { pino } from 'pino'
import { describe, expect, it } from 'vitest'
import { LogDestination } from './log-destination.ts'
import type { LogOutput } from './log-output.ts'

const mebibyte = 1024 * 1024

/** An output that a test can stop, break and resume, and that remembers what it got. */
class FakeOutput implements LogOutput {
  readonly maxWriteBytes = 4096
  readonly writes: string[] = []
  /** The code of the error that every write ends with. */
  failure: string | undefined
  /** Takes no more than this of a write. */
  mostBytes = Infinity
  /** Whether the end of a write is told later, by `finish`. */
  later = false
  #finish: (() => void) | undefined

  write(bytes: Buffer, done: (error: NodeJS.ErrnoException | null, written: number) => void): void {
    if (this.#finish !== undefined) throw new Error('two writes at once')
    const end = () => {
      let written
      try {
        written = this.writeNow(bytes)
      } catch (error) {
        return done(error as NodeJS.ErrnoException, 0)
      }
      done(null, written)
    }
    if (this.later) this.#finish = end
    else end()
  }

  finish(): void {
    const finish = this.#finish
    this.#finish = undefined
    finish?.()
  }

  writeNow(bytes: Buffer): number {
    if (this.failure !== undefined) {
      throw Object.assign(new Error(this.failure), { code: this.failure })
    }
    const taken = bytes.subarray(0, this.mostBytes)
    this.writes.push(taken.toString())
    return taken.length
  }

  get messages(): string[] {
    const lines = this.writes.join('').split('\n').slice(0, -1)
    return lines.map((line) => (JSON.parse(line) as { msg: string }).msg)
  }
}

function logTo(output = new FakeOutput()) {
  const clock = new FakeClock()
  const destination = new LogDestination({ output, clock })
  const logger = pino({ level: 'debug', base: null }, destination)
  /** As many lines of 1 KiB as make up `bytes`. */
  const fill = (bytes: number) => {
    for (let line = 0; line < bytes / 1024; line += 1) {
      destination.lastLevel = 30
      destination.write(`${JSON.stringify({ msg: 'x'.repeat(1024 - 11) })}\n`)
    }
  }
  return { clock, output, destination, logger, fill }
}

describe('lines are written', () => {
  it('together, 100 ms after the first one at latest', async () => {
    const { clock, output, logger } = logTo()
    logger.info({}, 'one')
    await clock.advance(60)
    logger.info({}, 'two')
    expect(output.writes).toEqual([])
    await clock.advance(40)
    expect(output.writes).toHaveLength(1)
    expect(output.messages).toEqual(['one', 'two'])
    expect(clock.pendingTimers).toBe(0)
  })

  it('as soon as they fill a write, and never in parts', async () => {
    const { clock, output, fill } = logTo()
    fill(10 * 1024)
    expect(output.writes.map((text) => text.length)).toEqual([4096, 4096])
    await clock.advance(100)
    expect(output.messages).toHaveLength(10)
  })

  it.each(['warn', 'error', 'fatal'] as const)('at once at level %s, after older ones', (level) => {
    const { output, logger } = logTo()
    logger.info({}, 'before')
    logger[level]({}, 'now')
    logger.info({}, 'after')
    expect(output.messages).toEqual(['before', 'now'])
  })

  it('one write after the other', async () => {
    const { clock, output, logger } = logTo()
    output.later = true
    logger.warn({}, 'first')
    logger.warn({}, 'second')
    logger.warn({}, 'third')
    output.finish()
    output.finish()
    expect(output.messages).toEqual(['first', 'second', 'third'])
    expect(output.writes).toHaveLength(2)
    await clock.advance(100)
    expect(output.writes).toHaveLength(2)
  })

  it('to the end if the output takes only parts', () => {
    const { output, logger } = logTo()
    output.mostBytes = 7
    logger.warn({}, 'a warning')
    expect(output.messages).toEqual(['a warning'])
  })
})

describe('a reader that does not read', () => {
  it('gets everything later', async () => {
    const { clock, output, logger, destination } = logTo()
    output.failure = 'EAGAIN'
    logger.warn({}, 'one')
    logger.warn({}, 'two')
    await clock.advance(1000)
    output.failure = undefined
    await clock.advance(10)
    expect(output.messages).toEqual(['one', 'two'])
    expect(destination.droppedLines).toBe(0)
    expect(clock.pendingTimers).toBe(0)
  })

  it('holds up 8 MiB; further lines are dropped, counted and reported', async () => {
    const { clock, output, fill, destination, logger } = logTo()
    output.failure = 'EAGAIN'
    fill(8 * mebibyte)
    expect(destination.droppedLines).toBe(0)
    fill(3 * 1024)
    logger.error({}, 'dropped too')
    expect(destination.droppedLines).toBe(4)
    output.failure = undefined
    await clock.advance(10)
    logger.warn({}, 'flows again')
    expect(output.messages).toHaveLength(8 * 1024 + 2)
    expect(output.messages.slice(-2)).toEqual(['4 log lines were dropped', 'flows again'])
    logger.warn({}, 'and on')
    expect(output.messages.at(-1)).toBe('and on')
    expect(destination.droppedLines).toBe(4)
  })

  it('does not make lines flow and drop in turns', () => {
    const { output, fill, destination } = logTo()
    output.later = true
    fill(9 * mebibyte)
    const before = destination.droppedLines
    output.finish()
    fill(4 * 1024)
    expect(destination.droppedLines).toBe(before + 4)
    for (let write = 0; write < 1024; write += 1) output.finish()
    fill(4 * 1024)
    expect(destination.droppedLines).toBe(before + 4)
  })

  it('is not waited for when the process ends', () => {
    const { output, logger, destination } = logTo()
    output.failure = 'EAGAIN'
    logger.info({}, 'never read')
    destination.flushSync()
    expect(destination.droppedLines).toBe(1)
  })

  it('is waited for one second when the program stops', async () => {
    const { clock, output, logger, destination } = logTo()
    output.failure = 'EAGAIN'
    logger.info({}, 'never read')
    const flushed = destination.flush()
    await clock.advance(1000)
    await flushed
    expect(output.writes).toEqual([])
  })
})

describe('a reader that is gone', () => {
  it.each(['EPIPE', 'EIO', 'ENOSPC'])('costs its lines and nothing else: %s', (code) => {
    const { output, logger, destination } = logTo()
    output.failure = code
    logger.warn({}, 'lost')
    logger.warn({}, 'lost too')
    expect(destination.droppedLines).toBe(2)
    output.failure = undefined
    logger.warn({}, 'back')
    expect(output.messages).toEqual(['back', '2 log lines were dropped'])
  })

  it('is no reason to fail at the end', () => {
    const { output, logger, destination } = logTo()
    output.failure = 'EPIPE'
    logger.info({}, 'lost')
    destination.flushSync()
    expect(destination.droppedLines).toBe(1)
  })
})

describe('at the end', () => {
  it('everything that waits is written', () => {
    const { output, fill, logger, destination } = logTo()
    fill(5 * 1024)
    logger.info({}, 'last')
    output.mostBytes = 100
    destination.flushSync()
    expect(output.messages.at(-1)).toBe('last')
    expect(output.messages).toHaveLength(6)
  })

  it('what is being written is not written twice', () => {
    const { output, logger, destination } = logTo()
    output.later = true
    logger.warn({}, 'first')
    logger.info({}, 'second')
    destination.flushSync()
    output.finish()
    expect(output.messages.toSorted()).toEqual(['first', 'second'])
  })

  it('a write that has hung for a second is not joined by another', async () => {
    const { clock, output, logger, destination } = logTo()
    output.later = true
    logger.warn({}, 'hangs')
    logger.info({}, 'lost')
    await clock.advance(1001)
    destination.flushSync()
    expect(output.writes).toEqual([])
  })

  it('a flush ends with the last write', async () => {
    const { clock, output, logger, destination } = logTo()
    output.later = true
    logger.info({}, 'one')
    const flushed = destination.flush()
    output.finish()
    await flushed
    expect(output.messages).toEqual(['one'])
    await clock.advance(100)
    expect(clock.pendingTimers).toBe(0)
    await destination.flush()
  })
})
