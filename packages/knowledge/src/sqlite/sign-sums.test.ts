import { SeededRandom } from '@fairlead/base'
import { expect, it } from 'vitest'
import { SignSums } from './sign-sums.ts'

it.each([32, 384, 1000])(
  'adds up the %i values of a vector by the signs in their places',
  (dimension) => {
    const random = new SeededRandom(3)
    const vector = Int8Array.from({ length: dimension }, () =>
      Math.round(random.next() * 254 - 127),
    )
    const size = Math.ceil(dimension / 32)
    const signs = Uint32Array.from({ length: 2 * size }, () => Math.floor(random.next() * 2 ** 32))
    const sums = new SignSums(vector)
    for (const from of [0, size]) {
      const expected = vector.reduce((sum, value, place) => {
        const word = signs[from + Math.floor(place / 32)] ?? 0
        return sum + ((word >>> (place % 32)) & 1 ? value : -value)
      }, 0)
      expect(sums.of(signs, from)).toBe(expected)
    }
  },
)
