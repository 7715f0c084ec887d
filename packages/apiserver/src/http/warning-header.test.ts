import { expect, it } from 'vitest'

import { warningHeader } from './warning-header.ts'

it('has each warning once, quoted', () => {
  expect(warningHeader(['a "b"', 'ü', 'a "b"'])).toEqual({
    warning: ['299 - "a \\"b\\""', '299 - "?"'],
  })
  expect(warningHeader([])).toEqual({})
})

it('cuts warnings that are too long together, and leaves out those that find no room', () => {
  const long = 'x'.repeat(4096)
  expect(warningHeader([long])).toEqual({ warning: [`299 - "${long}"`] })
  const many = Array.from({ length: 100 }, (_, index) => `${index}`.padEnd(300, 'x'))
  const { warning = [] } = warningHeader(many)
  expect(warning).toHaveLength(16)
  expect(warning[15]).toBe(`299 - "${(many[15] ?? '').slice(0, 256)}"`)
})
