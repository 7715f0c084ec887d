import { expect, it } from 'vitest'

import { parseRequestTarget } from './request-target.ts'

it('has the path decoded, and the parameters', () => {
  const target = parseRequestTarget('/api/v1/a%2Fb?x=1&x=2')
  expect(target?.path).toBe('/api/v1/a/b')
  expect(target?.query.getAll('x')).toEqual(['1', '2'])
})

it.each(['*', 'api', '/a%zz', `/api?${'a&'.repeat(10_000)}`])('is not %s', (text) => {
  expect(parseRequestTarget(text)).toBeUndefined()
})
