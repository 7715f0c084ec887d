import { describe, expect, it } from 'vitest'
import { deepFreeze } from '../deep-freeze.ts'
import type { KubernetesObject, ManagedFieldsEntry } from '../object.ts'
import type { StructuralSchema } from '../schema/structural-schema.ts'
import { trackUpdate } from './track-update.ts'
import type { UpdateRequest } from './track-update.ts'

const schema: StructuralSchema = {
  type: 'object',
  properties: {
    spec: {
      type: 'object',
      additionalProperties: { type: 'string' },
    },
    list: {
      type: 'array',
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['name'],
      items: { type: 'object', properties: { name: { type: 'string' } } },
    },
  },
}

function foo(
  fields: Record<string, unknown>,
  managedFields?: ManagedFieldsEntry[],
): KubernetesObject {
  return {
    apiVersion: 'example.com/v1',
    kind: 'Foo',
    metadata: { name: 'a', uid: 'u', ...(managedFields ? { managedFields } : {}) },
    ...fields,
  }
}

function at(second: number): string {
  return `2026-01-01T00:00:${String(second).padStart(2, '0')}Z`
}

function track(
  before: KubernetesObject | undefined,
  after: KubernetesObject,
  options: Partial<UpdateRequest> = {},
): KubernetesObject {
  return trackUpdate({
    before: before && deepFreeze(before),
    after: deepFreeze(after),
    schema,
    manager: 'm',
    now: at(0),
    ...options,
  })
}

function ownersOf(object: KubernetesObject): Record<string, unknown> {
  return Object.fromEntries(
    (object.metadata.managedFields ?? []).map(({ manager = '', fieldsV1 }) => [manager, fieldsV1]),
  )
}

describe('trackUpdate', () => {
  it('records everything but identity on create', () => {
    const created = track(undefined, foo({ spec: { a: '1' }, list: [{ name: 'x' }] }))
    expect(created.metadata.managedFields).toEqual([
      {
        manager: 'm',
        operation: 'Update',
        apiVersion: 'example.com/v1',
        time: at(0),
        fieldsType: 'FieldsV1',
        fieldsV1: {
          'f:list': { '.': {}, 'k:{"name":"x"}': { '.': {}, 'f:name': {} } },
          'f:spec': { '.': {}, 'f:a': {} },
        },
      },
    ])
  })

  it('calls a nameless manager unknown', () => {
    expect(Object.keys(ownersOf(track(undefined, foo({ spec: {} }), { manager: '' })))).toEqual([
      'unknown',
    ])
  })

  it('adds what the same manager changes and hands over what another one changes', () => {
    const one = track(undefined, foo({ spec: { a: '1', b: '1' } }))
    const two = track(
      one,
      { ...one, spec: { a: '1', b: '2', c: '1' } },
      { manager: 'n', now: at(1) },
    )
    expect(ownersOf(two)).toEqual({
      m: { 'f:spec': { '.': {}, 'f:a': {} } },
      n: { 'f:spec': { 'f:b': {}, 'f:c': {} } },
    })
    const three = track(two, { ...two, spec: { a: '1', b: '3', c: '1' } }, { now: at(2) })
    expect(ownersOf(three)).toEqual({
      m: { 'f:spec': { '.': {}, 'f:a': {}, 'f:b': {} } },
      n: { 'f:spec': { 'f:c': {} } },
    })
  })

  it('takes removed fields from everybody and drops who owns nothing', () => {
    const one = track(undefined, foo({ spec: { a: '1' } }))
    const two = track(one, { ...one, spec: { a: '1', b: '1' } }, { manager: 'n', now: at(1) })
    expect(ownersOf(track(two, { ...two, spec: { a: '1' } }, { manager: 'o' }))).toEqual({
      m: { 'f:spec': { '.': {}, 'f:a': {} } },
    })
  })

  it('keeps the times when nothing changes', () => {
    const one = track(undefined, foo({ spec: { a: '1' } }))
    expect(track(one, one, { now: at(9) })).toEqual(one)
  })

  it('keeps the stored books when a client sends none', () => {
    const one = track(undefined, foo({ spec: { a: '1' } }))
    expect(ownersOf(track(one, foo({ spec: { a: '1' } })))).toEqual(ownersOf(one))
  })

  it.each([
    ['an empty list', []],
    ['one empty entry', [{}]],
  ])('is cleared by %s', (_, cleared) => {
    const one = track(undefined, foo({ spec: { a: '1' } }))
    const two = track(one, foo({ spec: { a: '2' } }, cleared))
    expect(two.metadata.managedFields).toBeUndefined()
    const three = track(two, foo({ spec: { a: '3' } }))
    expect(three.metadata.managedFields).toBeUndefined()
  })

  it('takes over entries that a client edits', () => {
    const one = track(undefined, foo({ spec: { a: '1' } }))
    const edited = (one.metadata.managedFields ?? []).map((entry): ManagedFieldsEntry => ({
      ...entry,
      manager: 'kubectl',
      operation: 'Apply',
    }))
    const two = track(one, foo({ spec: { a: '1' } }, edited), { manager: 'editor' })
    expect(two.metadata.managedFields).toEqual(edited)
  })

  it('ignores malformed entries', () => {
    const one = track(undefined, foo({ spec: { a: '1' } }))
    const broken: ManagedFieldsEntry[] = [{ manager: 'x', operation: 'Apply' }]
    expect(ownersOf(track(one, foo({ spec: { a: '1' } }, broken)))).toEqual(ownersOf(one))
  })

  it('does not own what the endpoint resets', () => {
    const created = track(undefined, foo({ spec: { a: '1' } }), { resetFields: [['spec']] })
    expect(created.metadata.managedFields).toBeUndefined()
  })

  it('keeps the stored books of an object that does not fit its schema', () => {
    const one = track(undefined, foo({ list: [{ name: 'x' }] }))
    const two = track(one, { ...one, list: [null] })
    expect(ownersOf(two)).toEqual(ownersOf(one))
  })

  it('lists appliers first, then by time and name', () => {
    let object = track(undefined, foo({ spec: { a: '1' } }), { manager: 'z', now: at(1) })
    const applied: ManagedFieldsEntry = {
      manager: 'applier',
      operation: 'Apply',
      apiVersion: 'example.com/v1',
      time: at(50),
      fieldsType: 'FieldsV1',
      fieldsV1: { 'f:spec': { 'f:a': {} } },
    }
    object = foo({ spec: { a: '1' } }, [...(object.metadata.managedFields ?? []), applied])
    object = track(object, { ...object, spec: { a: '1', b: '1' } }, { manager: 'y', now: at(0) })
    expect(Object.keys(ownersOf(object))).toEqual(['applier', 'y', 'z'])
  })

  it('merges the oldest updaters when there are more than ten', () => {
    const spec: Record<string, string> = {}
    let object: KubernetesObject | undefined
    for (let index = 0; index < 13; index += 1) {
      spec[`f${index}`] = '1'
      const after = object === undefined ? foo({ spec }) : { ...object, spec: { ...spec } }
      object = track(object, structuredClone(after), { manager: `m${index}`, now: at(index) })
    }
    const owners = ownersOf(object ?? foo({}))
    expect(Object.keys(owners)).toEqual([
      'ancient-changes',
      ...Array.from({ length: 9 }, (_, index) => `m${index + 4}`),
    ])
    expect(owners['ancient-changes']).toEqual({
      'f:spec': { '.': {}, 'f:f0': {}, 'f:f1': {}, 'f:f2': {}, 'f:f3': {} },
    })
  })

  it('merges very many in linear time', () => {
    const count = 20_000
    const spec = Object.fromEntries(Array.from({ length: count }, (_, index) => [`f${index}`, '1']))
    const managers = Array.from({ length: count }, (_, index) => ({
      manager: `m${index}`,
      operation: 'Update' as const,
      apiVersion: 'example.com/v1',
      time: at(0),
      fieldsType: 'FieldsV1' as const,
      fieldsV1: { 'f:spec': { [`f:f${index}`]: {} } },
    }))
    const after = foo({ spec: { ...spec, z: '1' } }, managers)
    const object = track(foo({ spec }, managers), after, { manager: 'z', now: at(1) })
    expect(object.metadata.managedFields).toHaveLength(10)
  })
})
