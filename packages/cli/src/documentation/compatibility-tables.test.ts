import { surfaces } from '@fairlead/gateway'
import { lineDialect } from '@fairlead/llm/testing'
import { expect, it } from 'vitest'
import { compatibilityTables } from './compatibility-tables.ts'

it('a dialect is a column, and calls in another one are translated', () => {
  const tables = compatibilityTables([lineDialect], surfaces)
  expect(tables.get('features')).toMatch(/^\| Feature .*`lines`/)
  expect(tables.get('surfaces')).toContain('translated')
  expect(tables.get('models')).toBe('None.')
})
