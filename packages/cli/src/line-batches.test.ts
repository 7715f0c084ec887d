import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, it } from 'vitest'
import { LineBatches } from './line-batches.ts'

function batchesOf(maxBatchBytes: number, lines: readonly string[]): LineBatches {
  const batches = new LineBatches(maxBatchBytes)
  for (const line of lines) batches.add(line, Buffer.byteLength(line))
  return batches
}

function takeAll(batches: LineBatches): { text: string; lines: number }[] {
  const taken = []
  for (let batch = batches.take(); batch !== undefined; batch = batches.take()) {
    taken.push({ text: batch.bytes.toString(), lines: batch.lines })
  }
  return taken
}

describe('line batches', () => {
  it('joins whole lines as long as they fit', () => {
    expect(takeAll(batchesOf(8, ['one\n', 'two\n', 'three\n', '4\n', '5\n']))).toEqual([
      { text: 'one\ntwo\n', lines: 2 },
      { text: 'three\n4\n', lines: 2 },
      { text: '5\n', lines: 1 },
    ])
  })

  it('counts bytes, not characters', () => {
    expect(takeAll(batchesOf(8, ['ööö\n', 'ö\n']))).toEqual([
      { text: 'ööö\n', lines: 1 },
      { text: 'ö\n', lines: 1 },
    ])
  })

  it('gives a longer line a batch of its own', () => {
    expect(takeAll(batchesOf(4, ['a\n', 'long line\n', 'b\n']))).toEqual([
      { text: 'a\n', lines: 1 },
      { text: 'long line\n', lines: 1 },
      { text: 'b\n', lines: 1 },
    ])
  })

  it('keeps a batch open until no further line fits', () => {
    const batches = batchesOf(8, ['one\n'])
    expect(batches.hasFull).toBe(false)
    expect(batches.takeFull()).toBeUndefined()
    batches.add('too long\n', 9)
    expect(batches.takeFull()?.bytes.toString()).toBe('one\n')
  })

  it('knows how many bytes wait', () => {
    const batches = batchesOf(8, ['one\n', 'two\n', 'three\n'])
    expect(batches.bytes).toBe(14)
    batches.take()
    expect(batches.bytes).toBe(6)
    batches.take()
    expect(batches.bytes).toBe(0)
    expect(batches.take()).toBeUndefined()
  })
})

it('batches that were taken are let go of, though others always wait', async () => {
  setFlagsFromString('--expose-gc')
  const collectGarbage = runInNewContext('gc') as () => void
  const batches = new LineBatches(4)
  const taken: WeakRef<object>[] = []
  for (let count = 0; count < 100; count += 1) batches.add('abc\n', 4)
  for (let count = 0; count < 1_000; count += 1) {
    batches.add('abc\n', 4)
    const batch = batches.takeFull()
    if (batch !== undefined) taken.push(new WeakRef(batch))
  }
  await new Promise((resolve) => setImmediate(resolve))
  collectGarbage()
  expect(taken).toHaveLength(1_000)
  expect(taken.filter((one) => one.deref() !== undefined).length).toBeLessThan(300)
  expect(batches.bytes).toBe(400)
})
