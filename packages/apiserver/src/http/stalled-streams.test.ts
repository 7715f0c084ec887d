import { FakeClock } from '@fairlead/base/testing'
import { describe, expect, it } from 'vitest'

import { StalledStreams } from './stalled-streams.ts'

const mebibyte = 1024 * 1024

function setUp() {
  const clock = new FakeClock()
  const closed: string[] = []
  const stream = (name: string, writableLength: number) => ({
    writableLength,
    destroy: () => void closed.push(name),
  })
  return { clock, closed, stream, streams: new StalledStreams(clock) }
}

describe('streams whose clients take nothing', () => {
  it('are closed after a minute, unless they move', async () => {
    const { clock, closed, stream, streams } = setUp()
    const moving = stream('moving', 1)
    streams.stalls(stream('stuck', 1))
    streams.stalls(moving)
    await clock.advance(30_000)
    streams.moved(moving)
    streams.stalls(moving)
    await clock.advance(30_000)
    expect(closed).toEqual(['stuck'])
    streams.moved(moving)
    expect(clock.pendingTimers).toBe(0)
  })

  it('are closed, the longest stalled first, when all of them keep too much', () => {
    const { closed, stream, streams } = setUp()
    for (const name of ['a', 'b', 'c']) streams.stalls(stream(name, 30 * mebibyte))
    expect(closed).toEqual(['a'])
    streams.stalls(stream('d', 60 * mebibyte))
    expect(closed).toEqual(['a', 'b', 'c'])
  })

  it('are counted once, however often they are told to wait', () => {
    const { closed, stream, streams } = setUp()
    const one = stream('one', 30 * mebibyte)
    for (let count = 0; count < 10; count++) streams.stalls(one)
    expect(closed).toEqual([])
  })
})
