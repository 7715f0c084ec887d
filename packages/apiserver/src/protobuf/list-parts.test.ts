import { expect, it } from 'vitest'

import { apiType } from '../api-types/api-type.ts'
import { listMessageParts } from './list-parts.ts'
import { writeMessage } from './protobuf-message.ts'

const typeName = 'io.k8s.api.core.v1.ConfigMapList'
const names = { apiVersion: 'v1', kind: 'ConfigMapList' }

const list = (count: number) => ({
  metadata: { resourceVersion: '7', continue: 'x' },
  items: Array.from({ length: count }, (_, index) => ({
    metadata: { name: `é${index}` },
    data: { a: 'x'.repeat(index * 10) },
  })),
})

it.each([0, 1, 16, 17, 600])('gives the same bytes of %i items', async (count) => {
  const parts: Buffer[] = []
  for await (const part of listMessageParts(typeName, list(count), names)) parts.push(part)
  expect(Buffer.concat(parts)).toEqual(writeMessage(typeName, list(count), names))
})

it('encodes a part when it is asked for', async () => {
  let encoded = 0
  const items = list(600).items.map((item) => ({
    ...item,
    get data() {
      encoded += 1
      return item.data
    },
  }))
  const parts = listMessageParts(typeName, { ...list(0), items }, names)
  await parts.next()
  const once = encoded
  await parts.next()
  expect(encoded - once).toBe((once / 600) * 16)
})

it('knows the fields of lists', () => {
  const numbers = apiType(typeName).fields.map(({ name, number }) => [name, number])
  expect(numbers).toEqual([
    ['metadata', 1],
    ['items', 2],
  ])
})
