import { type ChildProcess, fork } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock } from '@fairlead/base'
import {
  CounterOwner,
  type CounterRequest,
  openCounters,
  ProcessCounterStore,
  UsageDatabase,
} from '@fairlead/usage'
import { afterAll, describe, expect, it } from 'vitest'
import { countedLimits } from './counters/counted-limits.ts'

const program = join(import.meta.dirname, 'counters', 'calling.program.ts')
const folder = mkdtempSync(join(tmpdir(), 'counters-of-workers-'))
const callers = 200

afterAll(() => rmSync(folder, { recursive: true }))

interface Worker {
  readonly child: ChildProcess
  /** Tokens of each call that it was granted. */
  readonly granted: number[]
  readonly ended: Promise<unknown>
}

function startWorker(owner: CounterOwner, count: number, percent: number): Worker {
  const child = fork(program, [String(count), String(percent)], {
    execArgv: ['--conditions=source'],
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    serialization: 'advanced',
  })
  const client = owner.connect((news) => {
    if (child.connected) child.send(news, () => {})
  })
  child.on('message', (requests) => client.receive(requests as readonly CounterRequest[]))
  const granted: number[] = []
  let text = ''
  child.stdout?.on('data', (chunk: Buffer) => {
    const lines = (text + chunk.toString()).split('\n')
    text = lines.pop() ?? ''
    granted.push(...lines.map(Number))
  })
  const ended = new Promise((resolve) => {
    child.on('close', (code) => {
      client.disconnected()
      resolve(code)
    })
  })
  return { child, granted, ended }
}

async function play(name: string, workers: number, percent: number, kills: number) {
  const database = new UsageDatabase(join(folder, name), systemClock)
  const store = new ProcessCounterStore({
    open: () => openCounters(database, systemClock),
    clock: systemClock,
  })
  const owner = new CounterOwner(store)
  const start = () => startWorker(owner, callers / workers, percent)
  const all = Array.from({ length: workers }, start)
  for (let kill = 0; kill < kills; kill++) {
    const worker = all.at(-1)
    worker?.child.stdout?.on('data', () => {
      if (worker.granted.length > 100) worker.child.kill('SIGKILL')
    })
    await worker?.ended
    all.push(start())
  }
  const codes = await Promise.all(all.map(({ ended }) => ended))
  const views = await store.view(countedLimits)
  await owner.close()
  database.close()
  const granted = all.flatMap((worker) => worker.granted)
  return {
    codes,
    calls: granted.length,
    tokens: granted.reduce((sum, used) => sum + used, 0),
    requestsView: views[0],
    tokensView: views[1],
  }
}

describe('workers with 200 callers', () => {
  it.each([
    [1, 10],
    [2, 0],
    [4, 10],
  ])(
    '%d use a limit up, and no more, with %d percent leased',
    async (workers, percent) => {
      const { limit } = countedLimits[0]
      const { codes, calls, tokens, requestsView, tokensView } = await play(
        `${workers}-${percent}.db`,
        workers,
        percent,
        0,
      )
      expect(codes).toEqual(codes.map(() => 0))
      expect(calls).toBe(limit)
      expect(requestsView).toMatchObject({ used: limit, reserved: 0, unsettled: 0 })
      expect(tokensView).toMatchObject({ used: tokens, reserved: 0, unsettled: 0 })
    },
    60_000,
  )
})

describe('workers of which some are killed', () => {
  it('use no more than is shown', async () => {
    const { limit } = countedLimits[0]
    const { calls, tokens, requestsView, tokensView } = await play('killed.db', 2, 10, 2)
    expect(requestsView?.reserved).toBe(0)
    expect(requestsView?.used).toBe(limit)
    expect(calls).toBeLessThanOrEqual(limit + (requestsView?.unsettled ?? 0))
    expect(tokensView?.reserved).toBe(0)
    const tokensCounted = (tokensView?.used ?? 0) + (tokensView?.unsettled ?? 0)
    expect(tokens).toBeLessThanOrEqual(tokensCounted)
  }, 60_000)
})
