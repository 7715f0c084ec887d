import { defineResource, defineVersions, type JsonSchema } from '@fairlead/kube-core'
import { expect, test } from 'vitest'

import { TestEnvironment } from './test-environment.ts'

const names = { group: 'example.com', kind: 'Shelf', plural: 'shelves', description: 'A shelf.' }
const sized: JsonSchema<{ size?: number }> = {
  type: 'object',
  properties: { size: { type: 'integer' } },
}
const wide: JsonSchema<{ width?: number }> = {
  type: 'object',
  properties: { width: { type: 'integer' } },
}

const shelves = defineVersions(
  {
    v1alpha1: defineResource({ ...names, version: 'v1alpha1', spec: sized }),
    v1: defineResource({ ...names, version: 'v1', spec: wide }),
  },
  {
    storage: 'v1',
    convert: {
      v1alpha1: {
        toHub: ({ spec: { size = 0 } }) => ({ spec: { width: size } }),
        fromHub: ({ spec: { width = 0 } }) => ({ spec: { size: width } }),
      },
    },
  },
)

test('versions of a kind are converted by the operator under test', async () => {
  await using environment = await TestEnvironment.start({ crds: [shelves], env: {} })
  await environment.manager((manager) => manager.webhooks.converts(shelves))
  const { v1, v1alpha1 } = shelves.versions
  const metadata = { namespace: 'default', name: 'a' }
  await environment.client.create(v1alpha1, {
    apiVersion: 'example.com/v1alpha1',
    kind: 'Shelf',
    metadata,
    spec: { size: 3 },
  })
  expect((await environment.client.get(v1, metadata)).spec).toEqual({ width: 3 })
})
