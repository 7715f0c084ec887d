import { SeededRandom } from '@fairlead/base'
import { describe, expect, it } from 'vitest'
import { MarkerScanner } from './marker-scanner.ts'

const found = (...pieces: readonly string[]) => {
  const scanner = new MarkerScanner()
  return pieces.flatMap((piece) => scanner.push(piece))
}

describe('markers', () => {
  it.each<[string, readonly (readonly number[])[]]>([
    ['Leave is thirty days [1].', [[1]]],
    ['both [1][2] and [3, 1] and [4,4]', [[1], [2], [3, 1], [4]]],
    ['[[1]] and [1[2]', [[1], [2]]],
    ['[], [x], [1.2], [1, [12345], 1] and (2)', []],
  ])('of %j are %j', (text, numbers) => {
    const markers = found(text)
    expect(markers.map((one) => one.numbers)).toEqual(numbers)
    for (const { end, start } of markers) expect(text.slice(start, end)).toMatch(/^\[.*\]$/)
  })

  it('are the same wherever the text is cut', () => {
    const random = new SeededRandom(7)
    const parts = ['[', ']', '1', '2', ', ', ',', ' ', 'x', '[3]', '[1, 2]', '[99999', 'é']
    for (let round = 0; round < 300; round++) {
      const text = Array.from(
        { length: 30 },
        () => parts[Math.floor(random.next() * parts.length)],
      ).join('')
      const whole = found(text)
      expect(found(...text.split(''))).toEqual(whole)
      for (let cut = 0; cut <= text.length; cut++) {
        expect(found(text.slice(0, cut), text.slice(cut))).toEqual(whole)
      }
    }
  })

  it('cost no more than the text is long', () => {
    const scanner = new MarkerScanner()
    const startMs = performance.now()
    for (let index = 0; index < 200_000; index++) scanner.push('[1, ')
    expect(performance.now() - startMs).toBeLessThan(2000)
  })
})
