import { expect, it } from 'vitest'

import { requiredField } from './field-error.ts'
import { toldFieldErrors } from './told-field-errors.ts'

it('tells equal errors once, and each as a cause', () => {
  const name = requiredField('spec.name')
  expect(toldFieldErrors([name])).toMatchObject({ text: 'spec.name: Required value' })
  const { text, causes } = toldFieldErrors([name, name, requiredField('spec.kind')])
  expect(text).toBe('[spec.name: Required value, spec.kind: Required value]')
  expect(causes).toHaveLength(3)
})

it('says of how many errors of a large object it does not tell', () => {
  const found = Array.from({ length: 40_000 }, (_, index) => requiredField(`items[${index}].name`))
  const { text, causes } = toldFieldErrors(found)
  expect(text.length).toBeLessThan(2 * 1024 * 1024)
  const further = `${found.length - (causes.length - 1)} further errors`
  expect(causes.at(-1)).toEqual({ message: further })
  expect(text.endsWith(`, ${further}]`)).toBe(true)
})
