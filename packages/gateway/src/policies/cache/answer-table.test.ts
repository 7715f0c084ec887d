import { SeededRandom } from '@fairlead/base'
import { describe, expect, it } from 'vitest'
import { AnswerTable } from './answer-table.ts'

const bounds = { maxEntries: 100, maxBytes: 1_000_000 }
const answer = (value = 'answer') => ({ value, storedAtMs: 0, ttlMs: 1000 })

describe('what is kept', () => {
  it('ends after its time', () => {
    const table = new AnswerTable()
    table.put('a', answer(), bounds)
    expect(table.get('a', 999)).toEqual({ value: 'answer', storedAtMs: 0 })
    expect(table.get('a', 1000)).toBeUndefined()
    expect([table.size, table.bytes]).toEqual([0, 0])
  })

  it('is replaced by a later answer', () => {
    const table = new AnswerTable()
    table.put('a', answer('one'), bounds)
    table.put('a', answer('two'), bounds)
    expect([table.size, table.get('a', 1)?.value]).toEqual([1, 'two'])
  })

  it('never exceeds its bounds, whatever is put and asked', () => {
    const random = new SeededRandom(7)
    const table = new AnswerTable()
    for (let step = 0; step < 20_000; step++) {
      const key = `k${Math.floor(random.next() * 400)}`
      if (random.next() < 0.5) table.get(key, 1)
      else table.put(key, answer('x'.repeat(Math.floor(random.next() * 3000))), smaller)
      expect(table.size).toBeLessThanOrEqual(smaller.maxEntries)
      expect(table.bytes).toBeLessThanOrEqual(smaller.maxBytes)
    }
    expect(table.size).toBeGreaterThan(10)
  })

  it('is nothing that is larger than all room', () => {
    const table = new AnswerTable()
    table.put('a', answer('x'.repeat(2_000_000)), bounds)
    expect(table.size).toBe(0)
  })

  it('survives many calls of which none comes twice', () => {
    const table = new AnswerTable()
    const used = Array.from({ length: 50 }, (_, index) => `used${index}`)
    for (const key of used) {
      table.put(key, answer(), bounds)
      table.get(key, 1)
    }
    for (let index = 0; index < 10_000; index++) table.put(`scan${index}`, answer(), bounds)
    expect(used.filter((key) => table.get(key, 1) !== undefined)).toEqual(used)
  })
})

const smaller = { maxEntries: 50, maxBytes: 100_000 }
