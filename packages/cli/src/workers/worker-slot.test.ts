import { silentLogger } from '@fairlead/base'
import { FakeClock } from '@fairlead/base/testing'
import { describe, expect, it } from 'vitest'
import type { FromWorker, ToWorker } from '../worker-messages/messages.ts'
import type { ProcessEnd, WorkerProcess } from './worker-process.ts'
import { WorkerSlot } from './worker-slot.ts'

/** A process that does what the test says. */
class FakeProcess implements WorkerProcess {
  readonly pid = 1
  readonly sent: ToWorker['type'][] = []
  readonly #ended = Promise.withResolvers<ProcessEnd>()
  readonly ended = this.#ended.promise
  say: (message: FromWorker) => void = () => {}

  send({ type }: ToWorker): void {
    this.sent.push(type)
  }

  onMessage(listener: (message: FromWorker) => void): void {
    this.say = listener
  }

  die(code: number | null = 1): void {
    this.#ended.resolve({ code, signal: code === null ? 'SIGKILL' : null })
  }

  kill(): void {
    this.die(null)
  }
}

function bench(connected = true) {
  const clock = new FakeClock()
  const processes: FakeProcess[] = []
  const lines: object[] = []
  const linksEnded: number[] = []
  const connecting = Promise.withResolvers<() => { receive(): void; ended(): void }>()
  const counts = { restarts: 0 }
  const failures: Error[] = []
  if (connected) {
    connecting.resolve(() => ({ receive() {}, ended: () => void linksEnded.push(clock.now()) }))
  }
  const slot = new WorkerSlot({
    index: 3,
    startProcess() {
      const process = new FakeProcess()
      processes.push(process)
      return process
    },
    connecting: connecting.promise,
    clock,
    logger: { ...silentLogger, error: (fields) => void lines.push(fields) },
    onRestart: () => (counts.restarts += 1),
    onListening() {},
    onFailure: (error) => void failures.push(error),
  })
  const newest = () => {
    const process = processes.at(-1)
    if (process === undefined) throw new Error('no process was started')
    return process
  }
  return { clock, slot, processes, newest, lines, linksEnded, counts, failures }
}

const moment = () => new Promise((resolve) => setImmediate(resolve))

describe('the place of a worker', () => {
  it('is taken by another process at once, and the death is logged', async () => {
    const { clock, slot, newest, processes, lines, linksEnded, counts } = bench()
    newest().say({ type: 'loaded' })
    await moment()
    expect(newest().sent).toEqual(['start'])
    newest().say({ type: 'listening' })
    expect(slot.isListening).toBe(true)
    await clock.advance(20_000)
    newest().die(null)
    await moment()
    expect(slot.isListening).toBe(false)
    expect({ processes: processes.length, ...counts }).toEqual({ processes: 2, restarts: 1 })
    expect(lines).toEqual([{ worker: 3, pid: 1, code: null, signal: 'SIGKILL', waitMs: 0 }])
    expect(linksEnded).toHaveLength(1)
  })

  it('waits longer and longer when its processes die early', async () => {
    const { clock, newest, processes } = bench()
    const delays: number[] = []
    for (let death = 0; death < 8; death++) {
      const before = processes.length
      newest().die()
      await moment()
      if (processes.length > before) delays.push(0)
      else delays.push(await clock.advanceToNextTimer())
      await moment()
    }
    expect(delays).toEqual([0, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000])
    await clock.advance(10_000)
    newest().die()
    await moment()
    // It was replaced at once.
    expect(processes).toHaveLength(10)
  })

  it('says what its process ran until the next one reports', async () => {
    const { slot, newest } = bench()
    const report = { configHash: 'sha256:1', problems: [], providers: [] }
    newest().say({ type: 'report', report })
    newest().die()
    await moment()
    expect(slot.report()).toEqual(report)
    newest().die()
    await moment()
    expect(slot.report().configHash).toBe('')
    void slot.stop(0)
  })

  it('replaces a process that dies after the stop was announced', async () => {
    const { clock, slot, newest, processes } = bench()
    newest().say({ type: 'loaded' })
    await moment()
    slot.announceStop()
    expect(newest().sent).toEqual(['start', 'announce-stop'])
    await clock.advance(20_000)
    newest().die()
    await moment()
    expect(processes).toHaveLength(2)
    void slot.stop(0)
  })

  it('does not replace a process that dies while it drains', async () => {
    const { slot, newest, processes, linksEnded, counts } = bench()
    newest().say({ type: 'loaded' })
    await moment()
    const stopped = slot.stop(20_000, 5_000)
    newest().die()
    await stopped
    expect({ processes: processes.length, ends: linksEnded.length, ...counts }).toEqual({
      processes: 1,
      ends: 1,
      restarts: 0,
    })
  })

  it('drains a process that serves, and kills one that does not stop in time', async () => {
    const { clock, slot, newest, processes, lines } = bench()
    newest().say({ type: 'loaded' })
    await moment()
    const stopped = slot.stop(20_000)
    expect(newest().sent).toEqual(['start', 'drain'])
    await clock.advance(25_000)
    await stopped
    expect({ processes: processes.length, lines, timers: clock.pendingTimers }).toEqual({
      processes: 1,
      lines: [],
      timers: 0,
    })
  })

  it('kills a process that has nothing to serve yet', async () => {
    const { slot, newest } = bench(false)
    newest().say({ type: 'loaded' })
    await slot.stop(20_000)
    expect(newest().sent).toEqual([])
  })

  it('says that it cannot be taken when process after process fails to load', async () => {
    const { clock, newest, failures } = bench()
    for (let death = 0; death < 4; death++) {
      newest().die(9)
      await moment()
      await clock.advance(2_000)
    }
    expect(failures.map(({ name }) => name)).toEqual(['WorkerStartError'])
    expect(failures[0]?.message).toContain('exit code 9')
  })

  it('fails to load later without saying so: others serve', async () => {
    const { clock, newest, failures } = bench()
    newest().say({ type: 'loaded' })
    for (let death = 0; death < 5; death++) {
      newest().die(9)
      await moment()
      await clock.advance(4_000)
    }
    expect(failures).toEqual([])
  })

  it('kills a process that does not answer for 30 s, and replaces it', async () => {
    const { clock, newest, processes, lines, counts } = bench()
    newest().say({ type: 'loaded' })
    await moment()
    newest().say({ type: 'listening' })
    for (let second = 0; second < 120; second += 5) {
      newest().say({ type: 'metrics', families: [] })
      await clock.advance(5_000)
    }
    await clock.advance(25_000)
    expect(processes).toHaveLength(1)
    await clock.advance(5_000)
    await moment()
    expect({ processes: processes.length, ...counts }).toEqual({ processes: 2, restarts: 1 })
    expect(lines[0]).toEqual({ worker: 3, pid: 1, silentMs: 30_000 })
  })

  it('lets a process wait for a configuration as long as it takes, and load for two minutes', async () => {
    const { clock, newest, processes } = bench(false)
    await clock.advance(115_000)
    newest().say({ type: 'loaded' })
    await clock.advance(3_600_000)
    expect(processes).toHaveLength(1)
    newest().die()
    await moment()
    await clock.advance(120_000)
    await moment()
    expect(processes).toHaveLength(3)
  })
})
