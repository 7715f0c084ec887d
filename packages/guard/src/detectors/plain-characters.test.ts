import { expect, it } from 'vitest'
import { compileMatcher } from '../compile-matcher.ts'
import type { DetectorName } from './detectors.ts'

it.each([
  ['PhoneNumber', '+33\u00a06\u202f12\u00a034\u00a056\u00a078'],
  ['PhoneNumber', '(212) 555\u20110123'],
  ['PhoneNumber', '＋８１　３　１２３４　５６７８'],
  ['CreditCard', '４１１１ １１１１ １１１１ １１１１'],
  ['CreditCard', '٤١١١١١١١١١١١١١١١'],
  ['IBAN', 'DE89\u00a03704\u00a00044\u00a00532\u00a00130\u00a000'],
  ['Email', 'ada＠example．com'],
  ['NationalId', '१२३-४५-६७८९'],
] as const satisfies readonly (readonly [DetectorName, string])[])(
  'finds a %s in characters that are not those of ASCII, where it stands: %s',
  (detector, value) => {
    const matcher = compileMatcher({ detectors: [detector] })
    const text = `😀 ${value}, ${value}.`
    expect(matcher.find(text).map(({ end, start }) => text.slice(start, end))).toEqual([
      value,
      value,
    ])
  },
)
