import { defineResource, defineVersions } from '@fairlead/kube-core'
import { ConfigMap } from '@fairlead/kube-types'
import { expect, it } from 'vitest'
import { definedKinds } from './defined-kinds.ts'

function thing<const Version extends string>(version: Version, plural = 'things') {
  return defineResource({
    group: 'example.com',
    version,
    kind: 'Thing',
    plural,
    description: 'A thing.',
    spec: { type: 'object' },
  })
}
const [v1, v2] = [thing('v1'), thing('v2')]
const things = defineVersions({ v1, v2 }, { storage: 'v1', convert: { v2: 'none' } })

it('finds definitions among other values, sorted by name, each once', () => {
  const others = thing('v1', 'anythings')
  const values = [v1, undefined, 'x', null, { crd: 1 }, ConfigMap, others, v1]
  expect(definedKinds(values)).toEqual([others.crd, v1.crd])
})

it('takes all versions of a kind in place of one', () => {
  expect(definedKinds([things, v2, v1])).toEqual([things.crd])
})

it('refuses versions that nothing brings together', () => {
  expect(() => definedKinds([v1, v2])).toThrow('bring them together with defineVersions')
})
