import { describe, expect, it } from 'vitest'
import { createIds, isOwnConversationId } from './ulid.ts'

describe('ids', () => {
  it('begin with the time, as the specification writes it', () => {
    const newId = createIds({ now: () => 1469918176385 }, () => 0)
    expect(newId('turn_')).toBe('turn_01ARYZ6S410000000000000000')
  })

  it('sort in the order in which they were made, also when the clock stands or goes back', () => {
    const times = [5, 5, 5, 6, 4, 4, 7]
    const newId = createIds({ now: () => times.shift() ?? 7 }, () => 0.5)
    const ids = Array.from({ length: 7 }, () => newId(''))
    expect(ids).toEqual(ids.toSorted())
    expect(new Set(ids).size).toBe(7)
  })

  it('go on when the random part is at its end', () => {
    const newId = createIds({ now: () => 5 }, () => 0.999999)
    const [one, other] = [newId(''), newId('')]
    expect(one < other).toBe(true)
    expect(other).toHaveLength(26)
  })

  it.each([
    ['conv_01ARYZ6S410000000000000000', true],
    ['conv_01aryz6s410000000000000000', true],
    ['conv_01ARYZ6S41000000000000000', false],
    ['chat_01ARYZ6S410000000000000000', false],
    ['conv_my-own-id', false],
  ])('%s of our own form: %s', (id, own) => expect(isOwnConversationId(id)).toBe(own))
})
