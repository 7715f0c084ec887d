import { describe, expect, it } from 'vitest'
import type { StructuralSchema } from '../schema/structural-schema.ts'
import { applyStrategicMergePatch } from './strategic-merge-patch.ts'

const text: StructuralSchema = { type: 'string' }

const schema: StructuralSchema = {
  type: 'object',
  properties: {
    spec: {
      type: 'object',
      properties: {
        containers: {
          type: 'array',
          'x-kubernetes-patch-strategy': 'merge',
          'x-kubernetes-patch-merge-key': 'name',
          items: { type: 'object', properties: { name: text, image: text, args: {} } },
        },
        hosts: { type: 'array', items: text, 'x-kubernetes-patch-strategy': 'merge' },
        strategy: { type: 'object', 'x-kubernetes-patch-strategy': 'retainKeys' },
        whole: { type: 'object', 'x-kubernetes-patch-strategy': 'replace' },
        plain: { type: 'array', items: text },
      },
    },
  },
}

const nginx = { name: 'nginx', image: 'nginx:1' }
const redis = { name: 'redis', image: 'redis:1' }
const proxy = { name: 'proxy', image: 'proxy:1' }

const cases: [name: string, spec: unknown, patch: unknown, expected: unknown][] = [
  ['merges objects', { a: 1, b: 2 }, { b: 3, c: 4 }, { a: 1, b: 3, c: 4 }],
  ['removes with null', { a: 1, b: 2 }, { b: null }, { a: 1 }],
  ['ignores nulls in something new', {}, { a: { b: null, c: 1 } }, { a: { c: 1 } }],
  ['replaces lists without a strategy', { plain: ['a'] }, { plain: ['b'] }, { plain: ['b'] }],
  [
    'merges items by their key',
    { containers: [nginx, redis] },
    { containers: [{ name: 'redis', image: 'redis:2' }] },
    { containers: [nginx, { name: 'redis', image: 'redis:2' }] },
  ],
  [
    'puts new items first when the patch gives no order',
    { containers: [nginx] },
    { containers: [redis] },
    { containers: [redis, nginx] },
  ],
  [
    'deletes an item',
    { containers: [nginx, redis] },
    { containers: [{ name: 'nginx', $patch: 'delete' }] },
    { containers: [redis] },
  ],
  [
    'replaces a whole list',
    { containers: [nginx, redis] },
    { containers: [{ $patch: 'replace' }, proxy] },
    { containers: [proxy] },
  ],
  [
    'drops a deletion in a list that does not exist',
    {},
    { containers: [{ name: 'nginx', $patch: 'delete' }, redis] },
    { containers: [redis] },
  ],
  [
    'unites sets, new members first',
    { hosts: ['a', 'b'] },
    { hosts: ['c', 'a'] },
    { hosts: ['c', 'a', 'b'] },
  ],
  [
    'deletes from a list of values',
    { hosts: ['a', 'b', 'c'] },
    { '$deleteFromPrimitiveList/hosts': ['b'] },
    { hosts: ['a', 'c'] },
  ],
  [
    'orders as $setElementOrder says, and keeps what only the server has in its place',
    { containers: [nginx, proxy, redis] },
    { '$setElementOrder/containers': [{ name: 'redis' }, { name: 'nginx' }] },
    { containers: [proxy, redis, nginx] },
  ],
  [
    'orders and merges in one patch',
    { containers: [nginx, redis] },
    {
      '$setElementOrder/containers': [{ name: 'nginx' }, { name: 'redis' }, { name: 'proxy' }],
      containers: [proxy],
    },
    { containers: [nginx, redis, proxy] },
  ],
  [
    'keeps only the keys of $retainKeys',
    { strategy: { type: 'Rolling', rolling: { max: 1 } } },
    { strategy: { $retainKeys: ['type'], type: 'Recreate' } },
    { strategy: { type: 'Recreate' } },
  ],
  ['replaces an object by strategy', { whole: { a: 1 } }, { whole: { b: 2 } }, { whole: { b: 2 } }],
  [
    'replaces an object by directive',
    { x: { a: 1 } },
    { x: { $patch: 'replace', b: 2 } },
    { x: { b: 2 } },
  ],
  ['empties an object by directive', { x: { a: 1 } }, { x: { $patch: 'delete' } }, { x: {} }],
  [
    'takes a new item as it stands',
    { containers: [nginx] },
    { containers: [{ name: 'redis', image: null, $retainKeys: 1 }] },
    { containers: [{ name: 'redis', image: null, $retainKeys: 1 }, nginx] },
  ],
  [
    'deletes no primitives from what is no list',
    { plain: ['a'] },
    { '$deleteFromPrimitiveList/plain': 'a', '$deleteFromPrimitiveList/hosts': ['a'] },
    { plain: ['a'] },
  ],
  [
    'merges objects that are to be deleted as primitives',
    { containers: [nginx] },
    { '$deleteFromPrimitiveList/containers': [{ name: 'nginx', image: 'nginx:2' }] },
    { containers: [{ name: 'nginx', image: 'nginx:2' }] },
  ],
  ['replaces a value of another type', { x: [1] }, { x: { a: 1 } }, { x: { a: 1 } }],
]

describe('applyStrategicMergePatch', () => {
  it.each(cases)('%s', (_, spec, patch, expected) => {
    const document = { spec }
    const before = structuredClone(document)
    expect(applyStrategicMergePatch(document, { spec: patch }, schema)).toEqual({ spec: expected })
    expect(document).toEqual(before)
  })

  it('knows the metadata of every kind', () => {
    const document = {
      metadata: { finalizers: ['a/x'], ownerReferences: [{ uid: '1', name: 'a' }] },
    }
    const patch = {
      metadata: { finalizers: ['b/y'], ownerReferences: [{ uid: '1', name: 'b' }] },
    }
    expect(applyStrategicMergePatch(document, patch, undefined)).toEqual({
      metadata: { finalizers: ['b/y', 'a/x'], ownerReferences: [{ uid: '1', name: 'b' }] },
    })
  })

  it.each([
    [
      'an unknown directive',
      { x: { $patch: 'explode' } },
      'unknown patch type: explode in map: map[$patch:explode]',
    ],
    ['an item without its key', { containers: [{ image: 'x' }] }, 'merge key: name'],
    [
      'a key outside of $retainKeys',
      { x: { $retainKeys: ['a'], b: 1 } },
      'due to an error in our request',
    ],
    [
      'items of several types',
      { containers: ['x'] },
      'list element types are not identical: [[map[image:nginx:1 name:nginx]] [x]]',
    ],
    [
      'a directive that lists do not have',
      { containers: [{ name: 'nginx', $patch: 'merge' }] },
      'merging lists cannot yet be specified in the patch',
    ],
    ['an order that is no list', { '$setElementOrder/x': 1 }, 'format of setElementOrder list'],
  ])('rejects %s', (_, patch, message) => {
    const document = { spec: { x: {}, containers: [nginx] } }
    expect(() => applyStrategicMergePatch(document, { spec: patch }, schema)).toThrow(message)
  })
})
