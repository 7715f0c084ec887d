import { expect, it } from 'vitest'
import type { StructuralSchema } from './structural-schema.ts'
import { withDefaults } from './with-defaults.ts'

const text = (value: string): StructuralSchema => ({ type: 'string', default: value })
const typed = { apiVersion: text('foos/v1'), kind: text('Foo') }
const embedded = { type: 'object', 'x-kubernetes-embedded-resource': true } as const
const metadata = { name: 'Bar', unknown: 'unknown' }

it.each<[string, StructuralSchema, object | undefined]>([
  [
    'its fields',
    {
      ...embedded,
      properties: {
        ...typed,
        metadata: { type: 'object', properties: { name: text('Bar'), unknown: text('unknown') } },
      },
    },
    { metadata: {} },
  ],
  [
    'its metadata',
    { ...embedded, properties: { ...typed, metadata: { type: 'object', default: metadata } } },
    {},
  ],
  [
    'all of it',
    { ...embedded, default: { apiVersion: 'foos/v1', kind: 'Foo', metadata } },
    undefined,
  ],
])('drops unknown metadata that the default of %s brings into an object', (_, schema, given) => {
  const object = given === undefined ? {} : { inner: given }
  const whole = { type: 'object', properties: { inner: schema } }
  expect(withDefaults(object, whole)).toEqual({
    inner: { apiVersion: 'foos/v1', kind: 'Foo', metadata: { name: 'Bar' } },
  })
})

it('is the same object where nothing is missing', () => {
  const object = { a: 'b' }
  expect(withDefaults(object, { type: 'object', properties: { a: text('a') } })).toBe(object)
})
