import type { LookupAddress } from 'node:dns'
import { FakeClock } from '@fairlead/base/testing'
import { describe, expect, it, onTestFinished } from 'vitest'
import { testPicker } from '../test-support/test-picker.ts'
import { PickerConnection } from './picker-connection.ts'

const never = new AbortController().signal

function connectionTo(port: number, resolveHost: () => Promise<LookupAddress[]>) {
  const clock = new FakeClock()
  const connection = new PickerConnection(
    { host: 'picker.test', port, tls: 'None', ca: undefined, allowPrivate: true, connectMs: 5_000 },
    { clock, resolveHost },
  )
  onTestFinished(() => connection.close())
  return { clock, connection }
}

/** What became of a promise so far. */
async function outcomeOf(promise: Promise<unknown>): Promise<string> {
  return Promise.race([
    promise.then(
      () => 'open',
      (error: unknown) => String(error),
    ),
    new Promise<string>((resolve) => {
      setImmediate(() => resolve('waits'))
    }),
  ])
}

const unreachable = 'it could not be reached (no connection within 5000 ms)'

describe('a picker that does not answer connections', () => {
  it('holds up those calls that came first, and hardly any later one', async () => {
    const { clock, connection } = connectionTo(9002, () => new Promise(() => {}))
    const first = [connection.openStream(never), connection.openStream(never)]
    expect(await outcomeOf(Promise.all(first))).toBe('waits')
    await clock.advance(5_000)
    for (const one of first) await expect(one).rejects.toThrow(unreachable)
    // For a second nobody tries.
    await expect(connection.openStream(never)).rejects.toThrow(unreachable)
    await clock.advance(1_000)
    const later = connection.openStream(never)
    expect(await outcomeOf(later)).toBe('waits')
    await clock.advance(250)
    await expect(later).rejects.toThrow(unreachable)
  })

  it('is used as soon as it is there again', async () => {
    const picker = await testPicker(() => {})
    let isThere = false
    const { clock, connection } = connectionTo(picker.port, () =>
      isThere
        ? Promise.resolve([{ address: '127.0.0.1', family: 4 }])
        : Promise.reject(new Error('no such name')),
    )
    await expect(connection.openStream(never)).rejects.toThrow('no such name')
    isThere = true
    await clock.advance(1_000)
    const stream = await connection.openStream(never)
    expect(stream.destroyed).toBe(false)
    stream.destroy()
  })

  it('whose answer nobody waits for any more is given up', async () => {
    const { connection } = connectionTo(9002, () => new Promise(() => {}))
    const caller = new AbortController()
    const stream = connection.openStream(caller.signal)
    caller.abort(new Error('the caller left'))
    await expect(stream).rejects.toThrow('the caller left')
  })
})

describe('a picker that allows two streams on a connection', () => {
  it('gets as many connections as its calls need, and none that nobody uses', async () => {
    const picker = await testPicker(() => {}, undefined, { maxConcurrentStreams: 2 })
    const { connection } = connectionTo(picker.port, () =>
      Promise.resolve([{ address: '127.0.0.1', family: 4 }]),
    )
    const streams = await Promise.all(Array.from({ length: 5 }, () => connection.openStream(never)))
    expect(new Set(streams.map(({ session }) => session)).size).toBe(3)
    expect(picker.openConnections()).toBe(3)
    connection.close()
    for (const stream of streams) stream.destroy()
    await expect.poll(() => picker.openConnections()).toBe(0)
  })
})
