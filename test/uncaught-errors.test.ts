import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startFairlead, type FairleadProcess } from './support/fairlead-process.ts'
import { freshCall } from './support/fresh-call.ts'
import { waitFor } from './support/wait-for.ts'

/** Makes every process throw in a listener, or reject with nobody to handle it, when it is told to. */
const preloaded = `data:text/javascript,${encodeURIComponent(`
process.on('SIGUSR2', () => { throw new Error('thrown in a listener') })
process.on('SIGHUP', () => void Promise.reject(new Error('rejected for nobody')))
`)}`

let fairlead: FairleadProcess
beforeAll(async () => {
  fairlead = await startFairlead({ environment: { NODE_OPTIONS: `--import ${preloaded}` } })
}, 90_000)
afterAll(() => fairlead[Symbol.asyncDispose]())

interface Line {
  readonly msg: string
  readonly pid?: number
  readonly origin?: string
  readonly error?: { readonly message: string; readonly stack: string }
}

const lines = (): readonly Line[] =>
  fairlead
    .log()
    .split('\n')
    .filter((line) => line.startsWith('{') && line.endsWith('}'))
    .map((line) => JSON.parse(line) as Line)

const uncaught = () => lines().filter(({ msg }) => msg === 'nothing caught an error')
const workers = () =>
  lines().flatMap((line) => (line.msg === 'a gateway worker listens' ? (line.pid ?? []) : []))

/** The first worker. Its line in the log may be on its way. */
const worker = () => waitFor('a worker', () => workers()[0])

async function counted(): Promise<number> {
  const text = await (await fetch(`${fairlead.endpoints.admin}/metrics`)).text()
  return Number(/^fairlead_uncaught_errors_total (\d+)$/m.exec(text)?.[1])
}

async function answers(): Promise<boolean> {
  const body = { messages: [{ role: 'user', content: 'hi' }] }
  const call = freshCall(fairlead.endpoints, body)
  const { status } = await call.began
  await call.ended
  return status === 200
}

async function toldTo(signal: NodeJS.Signals, pid: number): Promise<void> {
  const before = uncaught().length
  process.kill(pid, signal)
  await waitFor('the error in the log', () => uncaught().length > before)
}

describe('an error that nothing caught', () => {
  it.each([
    ['SIGUSR2', 'uncaughtException', 'thrown in a listener'],
    ['SIGHUP', 'unhandledRejection', 'rejected for nobody'],
  ] as const)('of a worker (%s) ends nothing', async (signal, origin, message) => {
    const before = await counted()
    const pid = await worker()
    await toldTo(signal, pid)
    expect(uncaught().at(-1)).toMatchObject({
      origin,
      error: { message, stack: expect.stringContaining('at ') },
    })
    expect(await counted()).toBe(before + 1)
    expect(await answers()).toBe(true)
    expect(workers()).toEqual([pid])
  })

  it('of the primary process ends nothing', async () => {
    const before = await counted()
    await toldTo('SIGUSR2', fairlead.pid())
    expect(await counted()).toBe(before + 1)
    expect(await answers()).toBe(true)
    expect(await fairlead.kubectl('get', 'llmgateways')).toContain('default')
  })

  it('more than ten times within a minute has a worker replaced', async () => {
    const pid = await worker()
    const before = await counted()
    while (uncaught().length < 12) await toldTo('SIGUSR2', pid)
    await waitFor('another worker', () => workers().length > 1)
    expect(await answers()).toBe(true)
    expect(await counted()).toBeGreaterThanOrEqual(before + 9)
  })

  it('more than ten times within a minute has the primary process stop in order', async () => {
    const ended = fairlead.ended
    for (let told = 0; told < 11; told++) {
      if (lines().some(({ msg }) => msg.includes('too many uncaught errors: fairlead'))) break
      await toldTo('SIGUSR2', fairlead.pid())
    }
    expect(await ended).toBe(1)
    const restarted = await fairlead.restart()
    await restarted.stop()
  })
})
