import { Cancellation } from '@fairlead/base'
import { expect, test } from 'vitest'
import { HttpExchange } from './http-exchange.ts'

async function collected(pieces: readonly string[], queued: number) {
  const exchange = new HttpExchange(new Cancellation())
  const push = (piece: string) => exchange.onData(Buffer.from(piece))
  pieces.slice(0, queued).forEach(push)
  const collecting = exchange.collect(5, () => {})
  pieces.slice(queued).forEach(push)
  exchange.onEnd()
  const { bytes, complete } = await collecting
  let rest = ''
  for (let next = await exchange.next(); next !== undefined; next = await exchange.next()) {
    rest += next.toString()
  }
  return { first: bytes.toString(), complete, rest }
}

test.each([0, 1, 2, 3])('no byte is lost after too many, %i pieces read ahead', async (queued) => {
  const { first, complete, rest } = await collected(['abc', 'def', 'ghi'], queued)
  expect(complete).toBe(false)
  expect(first.length).toBeGreaterThan(5)
  expect(first + rest).toBe('abcdefghi')
})

test.each([0, 1, 2])(
  'a body that is short enough is complete, %i pieces read ahead',
  async (queued) => {
    expect(await collected(['ab', 'cd'], queued)).toEqual({
      first: 'abcd',
      complete: true,
      rest: '',
    })
  },
)
