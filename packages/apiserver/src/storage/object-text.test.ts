import { expect, it } from 'vitest'

import { objectText } from './object-text.ts'

const configMap = (length: number) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'a' },
  data: { a: 'x'.repeat(length) },
})

it('is bounded', () => {
  const long = configMap(3 * 1024 * 1024)
  expect(() => objectText(long, 'ADDED')).toThrow('limit is 3145728')
  expect(() => objectText(long, 'MODIFIED')).toThrow('limit is 3145728')
  expect(objectText(configMap(3_000_000), 'MODIFIED')).toHaveLength(3_000_078)
})

it('does not keep what is too long from being deleted', () => {
  expect(objectText(configMap(4_000_000), 'DELETED')).toHaveLength(4_000_078)
})
