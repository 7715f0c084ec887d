import { describe, expect, it } from 'vitest'
import { Lease, Namespace, Secret } from './built-in-types.ts'
import {
  apiVersionOf,
  parseApiVersion,
  qualifiedKind,
  qualifiedResource,
  resourcePath,
} from './resource-type.ts'
import { compareResourceVersion } from './resource-version.ts'

describe('resourcePath', () => {
  it.each([
    [resourcePath(Secret), '/api/v1/secrets'],
    [resourcePath(Secret, { namespace: 'ns' }), '/api/v1/namespaces/ns/secrets'],
    [resourcePath(Secret, { namespace: 'ns', name: 'a/b' }), '/api/v1/namespaces/ns/secrets/a%2Fb'],
    [
      resourcePath(Namespace, { namespace: 'ns', name: 'a' }, 'status'),
      '/api/v1/namespaces/a/status',
    ],
    [
      resourcePath(Lease, { namespace: 'ns', name: 'a' }),
      '/apis/coordination.k8s.io/v1/namespaces/ns/leases/a',
    ],
  ])('gives %s', (path, expected) => {
    expect(path).toBe(expected)
  })
})

it('names versions, resources and kinds as the API server does', () => {
  expect([apiVersionOf(Secret), apiVersionOf(Lease)]).toEqual(['v1', 'coordination.k8s.io/v1'])
  expect(parseApiVersion('a.b/v1')).toEqual({ group: 'a.b', version: 'v1' })
  expect([qualifiedResource(Secret), qualifiedKind(Lease)]).toEqual([
    'secrets',
    'Lease.coordination.k8s.io',
  ])
})

describe('compareResourceVersion', () => {
  it.each([
    ['1', '2', -1],
    ['10', '9', 1],
    ['99999999999999999998', '99999999999999999999', -1],
    ['7', '7', 0],
  ] as const)('%s and %s: %d', (a, b, order) => {
    expect(compareResourceVersion(a, b)).toBe(order)
  })

  it.each(['', '0', '01', 'x', '-1'])('rejects %j', (version) => {
    expect(() => compareResourceVersion(version, '1')).toThrow('not well formed')
  })
})
