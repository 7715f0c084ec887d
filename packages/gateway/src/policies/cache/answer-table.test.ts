import { SeededRandom } from '@fairlead/base'
import { describe, expect, it } from 'vitest'
import type { NewAnswer } from './answer-store.ts'
import { AnswerTable } from './answer-table.ts'

const answer = (value = 'answer', parts: Partial<NewAnswer> = {}): NewAnswer => ({
  value,
  consumer: '',
  storedAtMs: 0,
  ttlMs: 1000,
  bounds: { maxEntries: 100, maxBytes: 1_000_000 },
  ...parts,
})

describe('what is kept', () => {
  it('ends after its time', () => {
    const table = new AnswerTable()
    table.put('a', answer())
    expect(table.get('a', 999)).toEqual({ value: 'answer', storedAtMs: 0 })
    expect(table.get('a', 1000)).toBeUndefined()
    expect([table.size, table.bytes]).toEqual([0, 0])
  })

  it('is replaced by a later answer', () => {
    const table = new AnswerTable()
    table.put('a', answer('one'))
    table.put('a', answer('two'))
    expect([table.size, table.get('a', 1)?.value]).toEqual([1, 'two'])
  })

  it('never exceeds its bounds, whatever is put and asked', () => {
    const random = new SeededRandom(7)
    const table = new AnswerTable()
    for (let step = 0; step < 20_000; step++) {
      const key = `k${Math.floor(random.next() * 400)}`
      if (random.next() < 0.5) table.get(key, 1)
      else table.put(key, answer('x'.repeat(Math.floor(random.next() * 3000)), { bounds: smaller }))
      expect(table.size).toBeLessThanOrEqual(smaller.maxEntries)
      expect(table.bytes).toBeLessThanOrEqual(smaller.maxBytes)
    }
    expect(table.size).toBeGreaterThan(10)
  })

  it('stays where it has come again after it was driven out', () => {
    const table = new AnswerTable()
    const scan = (name: string) => {
      for (let index = 0; index < 150; index++) table.put(`${name}${index}`, answer())
    }
    scan('first')
    table.put('first40', answer())
    scan('second')
    expect([table.get('first40', 1)?.value, table.get('first41', 1)]).toEqual(['answer', undefined])
  })

  it('is purged by whose call it was made for', () => {
    const table = new AnswerTable()
    table.put('a', answer('one', { consumer: 'default/ada' }))
    table.get('a', 1)
    table.put('b', answer('two', { consumer: 'default/bob' }))
    expect(table.purge('default/ada')).toBe(1)
    expect([table.get('a', 1), table.get('b', 1)?.value]).toEqual([undefined, 'two'])
    expect(table.bytes).toBeGreaterThan(0)
  })

  it('is nothing that is larger than all room', () => {
    const table = new AnswerTable()
    table.put('a', answer('x'.repeat(2_000_000)))
    expect(table.size).toBe(0)
  })

  it('survives many calls of which none comes twice', () => {
    const table = new AnswerTable()
    const used = Array.from({ length: 50 }, (_, index) => `used${index}`)
    for (const key of used) {
      table.put(key, answer())
      table.get(key, 1)
    }
    for (let index = 0; index < 10_000; index++) table.put(`scan${index}`, answer())
    expect(used.filter((key) => table.get(key, 1) !== undefined)).toEqual(used)
  })
})

const smaller = { maxEntries: 50, maxBytes: 100_000 }
