import { expect, it } from 'vitest'
import { SpanQueue } from './span-queue.ts'

it('holds no more bytes than it may, and gives them out in order', () => {
  const queue = new SpanQueue(100)
  const texts = Array.from({ length: 12 }, (_, index) => `span${String(index).padStart(2, '0')}`)
  const added = texts.filter((json) => queue.add({ json, spans: 1 }))
  expect(added).toEqual(texts.slice(0, 8))
  expect(queue.spans).toBe(8)
  expect(queue.take({ spans: 3, bytes: 1000 })?.json).toBe('span00,span01,span02')
  expect(queue.add({ json: 'later', spans: 1 })).toBe(true)
  expect(queue.take({ spans: 100, bytes: 24 })?.json).toBe('span03,span04')
  expect(queue.take({ spans: 100, bytes: 1000 })).toEqual({
    json: 'span05,span06,span07,later',
    spans: 4,
  })
  expect(queue.take({ spans: 100, bytes: 1000 })).toBeUndefined()
  expect(queue.spans).toBe(0)
})

it('gives out a chunk that is larger than a batch alone', () => {
  const queue = new SpanQueue(10_000)
  queue.add({ json: 'x'.repeat(500), spans: 9 })
  queue.add({ json: 'y', spans: 1 })
  expect(queue.take({ spans: 5, bytes: 100 })?.spans).toBe(9)
  expect(queue.take({ spans: 5, bytes: 100 })?.json).toBe('y')
})
