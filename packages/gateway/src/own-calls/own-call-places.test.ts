import { describe, expect, it } from 'vitest'
import { OwnCallPlaces } from './own-call-places.ts'

const open = new AbortController().signal

describe('places of own calls', () => {
  it('are given in the order of asking, and handed on', async () => {
    const places = new OwnCallPlaces({ running: 1, waiting: 2, bytes: 100 })
    const leave = await places.enter(1, open)
    const order: number[] = []
    const enterAs = async (number: number) => {
      const left = await places.enter(1, open)
      order.push(number)
      return left
    }
    const second = enterAs(2)
    const third = enterAs(3)
    await expect(places.enter(1, open)).rejects.toMatchObject({ code: 'too_many_own_calls' })
    leave()
    ;(await second)()
    ;(await third)()
    expect(order).toEqual([2, 3])
    expect(await places.enter(1, open)).toBeTypeOf('function')
  })

  it('are bounded by bytes, which whoever leaves gives back', async () => {
    const places = new OwnCallPlaces({ running: 9, waiting: 9, bytes: 10 })
    const leave = await places.enter(8, open)
    await expect(places.enter(3, open)).rejects.toMatchObject({ code: 'too_many_own_calls' })
    leave()
    expect(await places.enter(10, open)).toBeTypeOf('function')
  })

  it('are not lost with who gives up waiting, however it meets its turn', async () => {
    const places = new OwnCallPlaces({ running: 1, waiting: 5, bytes: 100 })
    const leave = await places.enter(1, open)
    const early = new AbortController()
    const late = new AbortController()
    const gone = places.enter(50, early.signal)
    const met = places.enter(1, late.signal)
    early.abort(new Error('left'))
    await expect(gone).rejects.toThrow('left')
    leave()
    late.abort(new Error('left as well'))
    const left = await met.catch(() => undefined)
    left?.()
    // Neither its place nor its bytes are missing.
    const next = await places.enter(99, open)
    next()
  })
})
