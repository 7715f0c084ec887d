import { expect, it } from 'vitest'
import { TurnWrites } from './turn-writes.ts'

it('writes of one turn happen at its end, in their order, and those of the next in the next', async () => {
  const writes = new TurnWrites()
  const written: string[] = []
  const again = { flush: () => written.push('again') }
  writes.add({
    flush() {
      written.push('first')
      writes.add(again)
    },
  })
  writes.add({ flush: () => written.push('second') })
  await Promise.resolve()
  expect(written).toEqual([])
  const turn = Promise.withResolvers<void>()
  setImmediate(turn.resolve)
  await turn.promise
  expect(written).toEqual(['first', 'second'])
  await expect.poll(() => written).toEqual(['first', 'second', 'again'])
})
