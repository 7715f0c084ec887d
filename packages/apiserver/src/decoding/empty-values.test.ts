import { expect, it } from 'vitest'

import { decodeMessage } from './decode-message.ts'
import { EmptyValues } from './empty-values.ts'

const type = 'io.k8s.api.core.v1.PodTemplateSpec'

function decode(value: object): { object: Record<string, unknown>; empty: EmptyValues } {
  const empty = new EmptyValues()
  return { object: decodeMessage(type, value, empty).object, empty }
}

it('keeps what is empty until it is left out', () => {
  const { object, empty } = decode({ metadata: { labels: {} }, spec: { containers: [] } })
  expect(object).toMatchObject({ metadata: { labels: {} }, spec: { containers: [] } })

  empty.omit()
  expect(object['metadata']).toEqual({ creationTimestamp: null })
  expect(object['spec']).toEqual({ containers: [] })
})

it('leaves in what a default has filled', () => {
  const { object, empty } = decode({ metadata: { labels: {} } })
  Object.assign(object['metadata'] as { labels: object }, { labels: { app: 'x' } })

  empty.omit()
  expect(object['metadata']).toMatchObject({ labels: { app: 'x' } })
})

it('stores lists that are always written as null', () => {
  const { object, empty } = decode({ spec: { containers: [], volumes: [] } })
  empty.omit()
  const copy = structuredClone(object)
  empty.store(copy)
  expect(copy['spec']).toEqual({ containers: null })
})

it('shows them again in a copy', () => {
  const { object, empty } = decode({
    metadata: { labels: {} },
    spec: { containers: [{ name: 'a', args: [] }] },
  })
  empty.omit()
  expect(empty.restoredIn(structuredClone(object))).toMatchObject({
    metadata: { labels: {} },
    spec: { containers: [{ args: [] }] },
  })
  expect(object['metadata']).not.toHaveProperty('labels')
})
