import type { CataloguePrice } from '@fairlead/llm'
import { describe, expect, it } from 'vitest'
import { priceAt } from './price-schedule.ts'

const at = (text: string) => Date.parse(text)
const price = (input: string): CataloguePrice => ({ inputPerMillion: input })

describe('a price with changes', () => {
  it('without any holds for ever', () => {
    expect(priceAt(price('1'), 0)).toEqual({ price: price('1'), untilMs: Infinity })
  })

  it.each([
    ['2026-12-31T23:59:59.999Z', '1', '2027-01-01T00:00:00Z'],
    ['2027-01-01T00:00:00Z', '2', '2027-03-01T00:00:00Z'],
    ['2027-03-01T00:00:00Z', '3', undefined],
  ])('from dates on is at %s %s', (now, input, until) => {
    const changing: CataloguePrice = {
      ...price('1'),
      changes: [
        { when: { fromDate: '2027-01-01' }, price: price('2') },
        { when: { fromDate: '2027-03-01' }, price: price('3') },
      ],
    }
    const untilMs = until === undefined ? Infinity : at(until)
    expect(priceAt(changing, at(now))).toEqual({ price: price(input), untilMs })
  })

  it.each([
    ['2026-06-01T00:59:59.999Z', '1', '2026-06-01T01:00:00Z'],
    ['2026-06-01T01:00:00Z', '2', '2026-06-01T04:00:00Z'],
    ['2026-06-01T03:59:00Z', '2', '2026-06-01T04:00:00Z'],
    ['2026-06-01T04:00:00Z', '1', '2026-06-01T22:30:00Z'],
    ['2026-06-01T22:30:00Z', '3', '2026-06-02T00:30:00Z'],
    ['2026-06-02T00:29:59Z', '3', '2026-06-02T00:30:00Z'],
    ['2026-06-02T00:30:00Z', '1', '2026-06-02T01:00:00Z'],
  ])('at some hours of the day is at %s %s', (now, input, until) => {
    const changing: CataloguePrice = {
      ...price('1'),
      changes: [
        { when: { fromMinute: 60, untilMinute: 240 }, price: price('2') },
        { when: { fromMinute: 22.5 * 60, untilMinute: 30 }, price: price('3') },
      ],
    }
    expect(priceAt(changing, at(now))).toEqual({ price: price(input), untilMs: at(until) })
  })
})
