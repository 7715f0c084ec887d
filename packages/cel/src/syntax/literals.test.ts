import { expect, it } from 'vitest'

import { bytesValue } from './literals.ts'

it('has the bytes of a text, and of escapes one each', () => {
  expect([...bytesValue(String.raw`"aü\x00\377\n"`)]).toEqual([97, 195, 188, 0, 255, 10])
})

it('may be as long as an expression', () => {
  expect(bytesValue(`"${'a'.repeat(500_000)}\\n"`)).toHaveLength(500_001)
})
