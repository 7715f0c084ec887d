import { FakeClock } from '@fairlead/base/testing'
import { describe, expect, it, vi } from 'vitest'
import { besideProgress, ProgressLine } from './progress-line.ts'

/** A progress line, and what a terminal shows of what was written. */
function terminal(isTerminal = true) {
  const clock = new FakeClock()
  let written = ''
  const write = (text: string) => void (written += text)
  const progress = new ProgressLine({ isTerminal, write, clock })
  const log = besideProgress(
    {
      maxWriteBytes: 4096,
      write: (bytes, done) => {
        write(bytes.toString())
        done(null, bytes.length)
      },
      writeNow: (bytes) => {
        write(bytes.toString())
        return bytes.length
      },
    },
    progress,
  )
  const screen = () =>
    written.split('\n').map((line) => line.replace(/\r$/, '').split('\r\u001B[K').at(-1))
  return { clock, progress, log, screen, written: () => written }
}

describe('the progress line', () => {
  it('shows the present step, one after the other in the same place, and is gone at the end', async () => {
    const { clock, progress, screen } = terminal()
    progress.tell('making certificates')
    await clock.advance(700)
    expect(screen()).toEqual(['Starting: making certificates …'])
    progress.tell('waiting for the gateway')
    expect(screen()).toEqual(['Starting: waiting for the gateway …'])
    progress.end()
    expect(screen()).toEqual([''])
  })

  it('says nothing of a start that is quick', async () => {
    const { clock, progress, written } = terminal()
    progress.tell('making certificates')
    await clock.advance(699)
    progress.end()
    await clock.advance(10_000)
    progress.tell('too late')
    expect(written()).toBe('')
  })

  it('is shown as soon as possible after a time in which no timer could fire', () => {
    const { clock, progress, screen } = terminal()
    progress.tell('loading')
    vi.spyOn(clock, 'monotonicMs').mockReturnValue(clock.monotonicMs() + 700)
    progress.tell('making certificates')
    expect(screen()).toEqual(['Starting: making certificates …'])
  })

  it('makes room for lines of the log', async () => {
    const { clock, progress, log, screen } = terminal()
    progress.tell('making certificates')
    await clock.advance(700)
    log.writeNow(Buffer.from('WARN careful\n'))
    progress.tell('waiting for the gateway')
    log.write(Buffer.from('WARN again\n'), () => {})
    progress.tell('waiting for workers')
    expect(screen()).toEqual(['WARN careful', 'WARN again', 'Starting: waiting for workers …'])
  })

  it('writes nothing where nobody reads it', async () => {
    const { clock, progress, log, written } = terminal(false)
    progress.tell('making certificates')
    await clock.advance(10_000)
    log.writeNow(Buffer.from('a line\n'))
    progress.end()
    expect(written()).toBe('a line\n')
  })
})
