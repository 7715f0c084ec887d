import { expect, it } from 'vitest'

import { validateAddresses } from './service-addresses.ts'

it('tells of each address and family, however many there are', () => {
  const many = Array.from<string>({ length: 200_000 }).fill('x')
  expect(validateAddresses({ ipFamilies: many }).length).toBeGreaterThan(many.length)
  expect(validateAddresses({ clusterIP: 'x', clusterIPs: many }).length).toBeGreaterThan(
    many.length,
  )
})

it('takes the first address for that of the single field', () => {
  const fields = (found: readonly { readonly detail: string }[]) =>
    found.map(({ detail }) => detail)
  expect(fields(validateAddresses({ clusterIPs: ['10.0.0.1'] }))).toContain(
    'must be empty when `clusterIP` is not specified',
  )
  expect(fields(validateAddresses({ clusterIP: '10.0.0.2', clusterIPs: ['10.0.0.1'] }))).toContain(
    'first value must match `clusterIP`',
  )
})
