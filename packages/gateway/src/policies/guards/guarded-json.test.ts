import { SeededRandom } from '@fairlead/base'
import { compileMatcher } from '@fairlead/guard'
import { describe, expect, it } from 'vitest'
import { GuardedJson } from './guarded-json.ts'
import { GuardedText } from './guarded-text.ts'

const matcher = compileMatcher({ detectors: ['Email', 'CreditCard'] })
const act = () => '***'

function guarded(...pieces: readonly string[]): string {
  const json = new GuardedJson(() => new GuardedText([{ matcher, passes: false, act }]))
  return pieces.map((piece) => json.push(piece)).join('') + json.end()
}

describe('JSON', () => {
  it.each([
    ['{"a": "x", "b": [1.50, true, null]}', '{"a": "x", "b": [1.50, true, null]}'],
    ['{"a":"to ada@b.example"}', '{"a":"to ***"}'],
    ['{"a":"ada\\u0040b.example\\n"}', '{"a":"***\\n"}'],
    ['{"ada@b.example":1}', '{"***":1}'],
    ['{"n":4111111111111111}', '{"n":"***"}'],
    ['4111111111111111 ', '"***" '],
    ['{"a":"\\"ada@b.example\\""}', '{"a":"\\"***\\""}'],
    ['"ada@b.example', '"***'],
    ['mail ada@b.example', 'mail ***'],
    ['[4111 1111 1111 1111]', '[***]'],
    ['{"a":1} ada@b.example', '{"a":1} ***'],
    ['', ''],
  ])('%j becomes %j', (given, expected) => {
    expect(guarded(given)).toBe(expected)
  })

  it('is the same however it is cut', () => {
    const random = new SeededRandom(5)
    const parts = ['{', '}', '[', ']', ',', ':', '"', '\\', '\\u0040', '@', 'ada', 'b.example', ' ']
    const more = ['1', '4111111111111111', 'true', '"a":"ada@b.example"', '😀', '\\n', '-1.5e3']
    const all = [...parts, ...more]
    for (let round = 0; round < 500; round++) {
      const given = Array.from(
        { length: 12 },
        () => all[Math.floor(random.next() * all.length)],
      ).join('')
      const whole = guarded(given)
      expect(guarded(...given.split(''))).toBe(whole)
      const cut = Math.floor(random.next() * given.length)
      expect(guarded(given.slice(0, cut), given.slice(cut))).toBe(whole)
    }
  })

  it('stays the JSON that it was, but for what was found', () => {
    const value = { a: ['x\u0000\u2028"\\', { 'k ada@b.example': [1, -2.5, 'é😀'] }], b: null }
    const given = JSON.stringify(value)
    expect(JSON.parse(guarded(given))).toEqual(JSON.parse(given.replace('ada@b.example', '***')))
  })
})
