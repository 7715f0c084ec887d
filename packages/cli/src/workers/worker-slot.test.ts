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
    onFailure() {},
  })
  const newest = () => {
    const process = processes.at(-1)
    if (process === undefined) throw new Error('no process was started')
    return process
  }
  return { clock, slot, processes, newest, lines, linksEnded, counts }
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
    await clock.advance(60_000)
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
    expect(clock.pendingTimers).toBe(0)
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
})
