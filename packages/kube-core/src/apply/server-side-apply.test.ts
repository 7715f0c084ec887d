import { describe, expect, it } from 'vitest'
import { deepFreeze } from '../deep-freeze.ts'
import type { KubernetesObject } from '../object.ts'
import type { StructuralSchema } from '../schema/structural-schema.ts'
import { StatusError } from '../status-error.ts'
import { serverSideApply } from './server-side-apply.ts'
import type { ApplyRequest } from './server-side-apply.ts'
import { trackUpdate } from './track-update.ts'

const text: StructuralSchema = { type: 'string' }

const schema: StructuralSchema = {
  type: 'object',
  properties: {
    spec: {
      type: 'object',
      properties: {
        replicas: { type: 'integer' },
        image: text,
        labels: { type: 'object', additionalProperties: text },
        atomicMap: {
          type: 'object',
          'x-kubernetes-map-type': 'atomic',
          additionalProperties: text,
        },
        atomicList: { type: 'array', items: text },
        set: { type: 'array', items: text, 'x-kubernetes-list-type': 'set' },
        nested: {
          type: 'object',
          properties: { inner: { type: 'object', properties: { a: text, b: text } } },
        },
        ports: {
          type: 'array',
          'x-kubernetes-list-type': 'map',
          'x-kubernetes-list-map-keys': ['port', 'protocol'],
          items: {
            type: 'object',
            required: ['port'],
            properties: {
              port: { type: 'integer' },
              protocol: { type: 'string', default: 'TCP' },
              name: text,
              tls: { type: 'boolean' },
            },
          },
        },
        free: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
      },
    },
    status: { type: 'object', properties: { phase: text, ready: { type: 'integer' } } },
  },
}

type Fields = Record<string, unknown>

function foo(fields: Fields, metadata: Fields = {}): KubernetesObject {
  return {
    apiVersion: 'example.com/v1',
    kind: 'Foo',
    metadata: { name: 'a', namespace: 'ns', ...metadata },
    ...fields,
  }
}

const early = '2026-01-01T00:00:00Z'
const late = '2026-01-02T00:00:00Z'

interface Options extends Partial<ApplyRequest> {
  metadata?: Fields
}

/** The object after an apply of a spec by a manager. */
function apply(
  live: KubernetesObject | undefined,
  manager: string,
  spec: unknown,
  { metadata, ...options }: Options = {},
): KubernetesObject {
  return serverSideApply({
    live: live && deepFreeze(live),
    applied: deepFreeze(foo(spec === undefined ? {} : { spec }, metadata)),
    schema,
    manager,
    force: false,
    now: early,
    resetFields: [['status']],
    ...options,
  })
}

function update(
  before: KubernetesObject | undefined,
  manager: string,
  after: KubernetesObject,
  now = early,
): KubernetesObject {
  return trackUpdate({ before, after, schema, manager, now, resetFields: [['status']] })
}

/** What each manager owns: `name/Operation` mapped to its fields in wire form. */
function owners(object: KubernetesObject): Record<string, unknown> {
  const entries = object.metadata.managedFields ?? []
  return Object.fromEntries(
    entries.map((entry) => [
      `${entry.manager}/${entry.operation}${entry.subresource ? `/${entry.subresource}` : ''}`,
      entry.fieldsV1,
    ]),
  )
}

function failure(act: () => unknown): StatusError {
  try {
    act()
  } catch (error) {
    if (error instanceof StatusError) return error
    throw error
  }
  throw new Error('it was expected to fail')
}

describe('a first apply', () => {
  it('merges a long set in linear time', () => {
    const set = Array.from({ length: 100_000 }, (_, index) => `s${index}`)
    const object = apply(foo({ spec: { set } }), 'kubectl', { set: set.toReversed() })
    expect(object).toMatchObject({ spec: { set: set.toReversed() } })
  })

  it('creates the object and records what was applied, without identity', () => {
    const object = apply(undefined, 'kubectl', { replicas: 1, labels: { a: 'b' } })
    expect(object).toEqual({
      ...foo({ spec: { replicas: 1, labels: { a: 'b' } } }),
      metadata: {
        name: 'a',
        namespace: 'ns',
        managedFields: [
          {
            manager: 'kubectl',
            operation: 'Apply',
            apiVersion: 'example.com/v1',
            time: early,
            fieldsType: 'FieldsV1',
            fieldsV1: { 'f:spec': { 'f:labels': { 'f:a': {} }, 'f:replicas': {} } },
          },
        ],
      },
    })
  })

  const recorded: [name: string, spec: unknown, fields: unknown][] = [
    [
      'nested structs as their leaves',
      { nested: { inner: { a: 'x' } } },
      { 'f:nested': { 'f:inner': { 'f:a': {} } } },
    ],
    ['an empty struct as itself', { nested: {} }, { 'f:nested': {} }],
    ['null as the field itself', { image: null }, { 'f:image': {} }],
    ['an atomic map as a whole', { atomicMap: { a: 'b' } }, { 'f:atomicMap': {} }],
    ['a list without a type as a whole', { atomicList: ['a'] }, { 'f:atomicList': {} }],
    ['members of a set by value', { set: ['b', 'a'] }, { 'f:set': { 'v:"a"': {}, 'v:"b"': {} } }],
    [
      'items of a list by their keys, with defaults',
      {
        ports: [
          { port: 443, name: 'x' },
          { port: 80, protocol: 'UDP' },
        ],
      },
      {
        'f:ports': {
          'k:{"port":80,"protocol":"UDP"}': { '.': {}, 'f:port': {}, 'f:protocol': {} },
          'k:{"port":443,"protocol":"TCP"}': { '.': {}, 'f:name': {}, 'f:port': {} },
        },
      },
    ],
    [
      'fields that no schema names as granular maps with atomic lists',
      { free: { a: { b: 1 }, c: [{ d: 1 }] } },
      { 'f:free': { 'f:a': { '.': {}, 'f:b': {} }, 'f:c': {} } },
    ],
  ]
  it.each(recorded)('records %s', (_, spec, fields) => {
    const object = apply(undefined, 'm', spec)
    expect(owners(object)).toEqual({ 'm/Apply': { 'f:spec': fields } })
    expect(object['spec']).toEqual(spec)
  })

  it('writes list keys in the order of their values, numbers as numbers', () => {
    const object = apply(undefined, 'm', { ports: [{ port: 443 }, { port: 80 }] })
    expect(JSON.stringify(owners(object))).toMatch(/\\"port\\":80.*\\"port\\":443/)
  })

  it('records labels, annotations and finalizers', () => {
    const metadata = { labels: { l: '1' }, annotations: { x: '1' }, finalizers: ['a/b'] }
    expect(owners(apply(undefined, 'm', undefined, { metadata }))).toEqual({
      'm/Apply': {
        'f:metadata': {
          'f:annotations': { 'f:x': {} },
          'f:finalizers': { 'v:"a/b"': {} },
          'f:labels': { 'f:l': {} },
        },
      },
    })
  })

  it('gives what an untracked object has to its own manager', () => {
    const live = foo({ spec: { replicas: 1 } }, { uid: 'u' })
    const object = apply(live, 'm', { image: 'x' })
    expect(object['spec']).toEqual({ replicas: 1, image: 'x' })
    expect(owners(object)).toEqual({
      'm/Apply': { 'f:spec': { 'f:image': {} } },
      'before-first-apply/Update': { 'f:spec': { '.': {}, 'f:replicas': {} } },
    })
  })

  it('does not own what the endpoint resets', () => {
    const object = serverSideApply({
      live: undefined,
      applied: foo({ spec: { replicas: 1 }, status: { phase: 'x' } }),
      schema,
      manager: 'm',
      force: false,
      now: early,
      resetFields: [['status']],
    })
    expect(owners(object)).toEqual({ 'm/Apply': { 'f:spec': { 'f:replicas': {} } } })
  })
})

describe('a second apply by the same manager', () => {
  const changes: [name: string, before: unknown, after: unknown, expected: unknown][] = [
    ['changes a field', { replicas: 1 }, { replicas: 2 }, { replicas: 2 }],
    [
      'removes a field that it leaves out',
      { replicas: 1, image: 'x' },
      { image: 'x' },
      { image: 'x' },
    ],
    [
      'removes an entry of a map',
      { labels: { a: '1', b: '2' } },
      { labels: { b: '2' } },
      { labels: { b: '2' } },
    ],
    ['removes a member of a set', { set: ['a', 'b'] }, { set: ['b'] }, { set: ['b'] }],
    [
      'removes the last member together with the set',
      { replicas: 1, set: ['a'] },
      { replicas: 1 },
      { replicas: 1 },
    ],
    [
      'removes an item of a list',
      { ports: [{ port: 80 }, { port: 443 }] },
      { ports: [{ port: 443 }] },
      { ports: [{ port: 443 }] },
    ],
    [
      'removes a field of an item',
      { ports: [{ port: 80, name: 'http', tls: true }] },
      { ports: [{ port: 80, name: 'http' }] },
      { ports: [{ port: 80, name: 'http' }] },
    ],
    [
      'removes a whole struct',
      { replicas: 1, nested: { inner: { a: 'x' } } },
      { replicas: 1 },
      { replicas: 1 },
    ],
    [
      'replaces an atomic list',
      { atomicList: ['a', 'b'] },
      { atomicList: ['b'] },
      { atomicList: ['b'] },
    ],
    [
      'replaces an atomic map',
      { atomicMap: { a: '1' } },
      { atomicMap: { b: '1' } },
      { atomicMap: { b: '1' } },
    ],
    ['reorders a list', { set: ['a', 'b'] }, { set: ['b', 'a'] }, { set: ['b', 'a'] }],
    [
      'removes unknown fields',
      { free: { a: 1, b: { c: 2 } } },
      { free: { a: 1 } },
      { free: { a: 1 } },
    ],
  ]
  it.each(changes)('%s', (_, before, after, expected) => {
    const first = apply(undefined, 'm', before)
    const second = apply(first, 'm', after, { now: late })
    expect(second['spec']).toEqual(expected)
    expect(second.metadata.managedFields).toMatchObject([{ manager: 'm', time: late }])
    expect(owners(second)).toEqual(owners(apply(undefined, 'm', after)))
  })

  it('returns the stored object when nothing changes, times included', () => {
    const first = apply(undefined, 'm', { replicas: 1, ports: [{ port: 80 }], set: ['a'] })
    const again = apply(
      first,
      'm',
      { replicas: 1, ports: [{ port: 80 }], set: ['a'] },
      { now: late },
    )
    expect(again).toEqual(first)
  })

  it('removes everything that only it had when it applies nothing', () => {
    const first = apply(undefined, 'm', { replicas: 1 })
    const second = apply(first, 'm', undefined)
    expect(second['spec']).toBeUndefined()
    expect(second.metadata.managedFields).toBeUndefined()
  })

  it('leaves null of a map that another manager wants to exist', () => {
    const first = apply(undefined, 'one', { labels: {}, set: ['a'] })
    const second = apply(first, 'two', { labels: { a: '1' } })
    expect(apply(second, 'two', { replicas: 1 })['spec']).toEqual({
      labels: null,
      set: ['a'],
      replicas: 1,
    })
  })

  it('keeps what the server filled in', () => {
    const first = apply(undefined, 'm', { replicas: 1, image: 'x' })
    const defaulted = { ...first, spec: { replicas: 1, image: 'x', labels: { by: 'server' } } }
    expect(apply(defaulted, 'm', { replicas: 1 })['spec']).toEqual({
      replicas: 1,
      labels: { by: 'server' },
    })
  })

  it('keeps items that it did not apply in their place', () => {
    const first = update(undefined, 'other', foo({ spec: { set: ['a', 'b', 'c'] } }))
    expect(apply(first, 'm', { set: ['c', 'x', 'a'] })['spec']).toEqual({
      set: ['b', 'c', 'x', 'a'],
    })
  })
})

describe('two appliers', () => {
  it('own different fields of one struct, list and map', () => {
    const first = apply(undefined, 'one', {
      replicas: 1,
      labels: { a: '1' },
      ports: [{ port: 80, name: 'http' }],
      set: ['a'],
    })
    const second = apply(first, 'two', {
      image: 'x',
      labels: { b: '2' },
      ports: [{ port: 80, tls: true }, { port: 81 }],
      set: ['b'],
    })
    expect(second['spec']).toEqual({
      replicas: 1,
      image: 'x',
      labels: { a: '1', b: '2' },
      ports: [{ port: 80, name: 'http', tls: true }, { port: 81 }],
      set: ['a', 'b'],
    })
    const left = apply(second, 'two', {})
    expect(left['spec']).toEqual(first['spec'])
    expect(owners(left)).toEqual({
      'one/Apply': owners(first)['one/Apply'],
      'two/Apply': { 'f:spec': {} },
    })
  })

  it('share a field of equal value; it stays until the last one leaves it', () => {
    const first = apply(undefined, 'one', { replicas: 1, image: 'x' })
    const both = apply(first, 'two', { replicas: 1 })
    expect(owners(both)).toEqual({
      'one/Apply': { 'f:spec': { 'f:image': {}, 'f:replicas': {} } },
      'two/Apply': { 'f:spec': { 'f:replicas': {} } },
    })
    const oneLeft = apply(both, 'one', { image: 'x' })
    expect(oneLeft['spec']).toEqual({ replicas: 1, image: 'x' })
    const nobody = apply(oneLeft, 'two', undefined)
    expect(nobody['spec']).toEqual({ image: 'x' })
  })

  it('conflict over a field with different values', () => {
    const first = apply(undefined, 'one', { replicas: 1 })
    const error = failure(() => apply(first, 'two', { replicas: 2 }))
    expect(error.status).toEqual({
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message: 'Apply failed with 1 conflict: conflict with "one": .spec.replicas',
      reason: 'Conflict',
      details: {
        causes: [
          {
            reason: 'FieldManagerConflict',
            message: 'conflict with "one"',
            field: '.spec.replicas',
          },
        ],
      },
      code: 409,
    })
  })

  it('force takes the field', () => {
    const first = apply(undefined, 'one', { replicas: 1, image: 'x' })
    const second = apply(first, 'two', { replicas: 2 }, { force: true })
    expect(second['spec']).toEqual({ replicas: 2, image: 'x' })
    expect(owners(second)).toEqual({
      'one/Apply': { 'f:spec': { 'f:image': {} } },
      'two/Apply': { 'f:spec': { 'f:replicas': {} } },
    })
  })

  it('conflict over atomic values as a whole', () => {
    const first = apply(undefined, 'one', { atomicList: ['a'], atomicMap: { a: '1' } })
    const error = failure(() => apply(first, 'two', { atomicList: ['a', 'b'], atomicMap: {} }))
    expect(error.message).toBe(
      'Apply failed with 2 conflicts: conflicts with "one":\n- .spec.atomicList\n- .spec.atomicMap',
    )
  })
})

describe('the wording of conflicts', () => {
  const stored = apply(
    update(undefined, 'curl', foo({ spec: { image: 'x', ports: [{ port: 80, name: 'a' }] } })),
    'one',
    { replicas: 1 },
  )

  it('names the version of an updater', () => {
    expect(failure(() => apply(stored, 'two', { image: 'y' })).message).toBe(
      'Apply failed with 1 conflict: conflict with "curl" using example.com/v1: .spec.image',
    )
  })

  it('lists several by manager', () => {
    const error = failure(() =>
      apply(stored, 'two', { replicas: 2, image: 'y', ports: [{ port: 80, name: 'b' }] }),
    )
    expect(error.message).toBe(
      [
        'Apply failed with 3 conflicts: conflicts with "curl" using example.com/v1:',
        '- .spec.image',
        '- .spec.ports[port=80,protocol="TCP"].name',
        'conflicts with "one":',
        '- .spec.replicas',
      ].join('\n'),
    )
    expect(error.status.details?.causes?.map(({ field }) => field)).toEqual([
      '.spec.image',
      '.spec.ports[port=80,protocol="TCP"].name',
      '.spec.replicas',
    ])
  })

  it('names the subresource', () => {
    const reported = trackUpdate({
      before: stored,
      after: { ...stored, status: { phase: 'Up' } },
      schema,
      manager: 'controller',
      subresource: 'status',
      now: early,
      resetFields: [['spec'], ['metadata']],
    })
    const error = failure(() =>
      serverSideApply({
        live: reported,
        applied: foo({ status: { phase: 'Down' } }),
        schema,
        manager: 'two',
        force: false,
        subresource: 'status',
        now: early,
        resetFields: [['spec'], ['metadata']],
      }),
    )
    expect(error.message).toBe(
      'Apply failed with 1 conflict: conflict with "controller" with subresource "status" using example.com/v1: .status.phase',
    )
  })
})

describe('the status subresource', () => {
  const reset = [['spec'], ['metadata']]
  const stored = apply(undefined, 'one', { replicas: 1 })

  it('has owners of its own for the same manager', () => {
    const reported = serverSideApply({
      live: stored,
      applied: foo({ status: { phase: 'Up' } }),
      schema,
      manager: 'one',
      force: false,
      subresource: 'status',
      now: late,
      resetFields: reset,
    })
    expect(reported['spec']).toEqual({ replicas: 1 })
    expect(owners(reported)).toEqual({
      'one/Apply': { 'f:spec': { 'f:replicas': {} } },
      'one/Apply/status': { 'f:status': { 'f:phase': {} } },
    })
    // The main endpoint neither sees nor removes it.
    expect(apply(reported, 'one', { replicas: 1 })).toEqual(reported)
  })

  it('keeps the stored managedFields, whatever the client sends', () => {
    const reported = trackUpdate({
      before: stored,
      after: {
        ...stored,
        metadata: { ...stored.metadata, managedFields: [] },
        status: { ready: 1 },
      },
      schema,
      manager: 'controller',
      subresource: 'status',
      now: late,
      resetFields: reset,
    })
    expect(owners(reported)).toEqual({
      'one/Apply': { 'f:spec': { 'f:replicas': {} } },
      'controller/Update/status': { 'f:status': { '.': {}, 'f:ready': {} } },
    })
  })
})

describe('apply and update', () => {
  it('an update takes what it changes, and the applier gets a conflict', () => {
    const first = apply(undefined, 'one', { replicas: 1, image: 'x' })
    const second = update(first, 'curl', { ...first, spec: { replicas: 2, image: 'x' } }, late)
    expect(owners(second)).toEqual({
      'one/Apply': { 'f:spec': { 'f:image': {} } },
      'curl/Update': { 'f:spec': { 'f:replicas': {} } },
    })
    expect(failure(() => apply(second, 'one', { replicas: 1 })).code).toBe(409)
  })

  it('an applier that leaves out a field it lost does not remove it', () => {
    const first = apply(undefined, 'one', { replicas: 1, image: 'x' })
    const second = update(first, 'curl', { ...first, spec: { replicas: 2, image: 'x' } })
    expect(apply(second, 'one', { image: 'x' })['spec']).toEqual({ replicas: 2, image: 'x' })
  })

  it('kubectl takes over what its client-side apply has set', () => {
    const applied = foo({ spec: { replicas: 1 } })
    const annotations = {
      'kubectl.kubernetes.io/last-applied-configuration': JSON.stringify(applied),
    }
    const created = update(
      undefined,
      'kubectl-client-side-apply',
      foo({ spec: { replicas: 1 } }, { annotations }),
    )
    const second = apply(created, 'kubectl', { replicas: 5 })
    expect(second['spec']).toEqual({ replicas: 5 })
    expect(second.metadata.annotations?.['kubectl.kubernetes.io/last-applied-configuration']).toBe(
      JSON.stringify(foo({ spec: { replicas: 5 } })) + '\n',
    )
    expect(failure(() => apply(created, 'other', { replicas: 5 })).code).toBe(409)
  })

  it('kubectl still conflicts over what others changed since', () => {
    const annotations = {
      'kubectl.kubernetes.io/last-applied-configuration': JSON.stringify(
        foo({ spec: { replicas: 1 } }),
      ),
    }
    const created = update(
      undefined,
      'kubectl-client-side-apply',
      foo({ spec: { replicas: 1 } }, { annotations }),
    )
    const scaled = update(created, 'scaler', { ...created, spec: { replicas: 3 } })
    expect(failure(() => apply(scaled, 'kubectl', { replicas: 5 })).message).toContain('"scaler"')
  })
})

describe('a configuration that cannot be applied', () => {
  it.each([
    ['an unknown field', { nope: 1 }, '.spec.nope: field not declared in schema'],
    [
      'a wrong type',
      { replicas: 'x' },
      '.spec.replicas: expected numeric (int or float), got string',
    ],
    [
      'a number for a text',
      { image: 1 },
      '.spec.image: expected string, got &value.valueUnstructured{Value:1}',
    ],
    ['a text for a list', { set: 'x' }, '.spec.set: expected list, got &{x}'],
    ['an item twice', { set: ['a', 'a'] }, '.spec.set: duplicate entries for key [="a"]'],
    [
      'an item without one of its keys',
      { ports: [{ name: 'x', protocol: null }] },
      '.spec.ports: element 0: associative list with keys has an element that omits key field "port" (and doesn\'t have default value)',
    ],
    [
      'an item that is null',
      { ports: [null] },
      '.spec.ports: element 0: associative list with keys may not have a null element',
    ],
  ])('%s', (_, spec, message) => {
    const error = failure(() => apply(undefined, 'm', spec))
    expect(error.code).toBe(400)
    expect(error.message).toBe(
      `failed to create typed patch object (ns/a; example.com/v1, Kind=Foo): ${message}`,
    )
  })

  it('managedFields in it', () => {
    const error = failure(() => apply(undefined, 'm', {}, { metadata: { managedFields: [] } }))
    expect(error.status).toMatchObject({ code: 400, message: 'metadata.managedFields must be nil' })
  })

  it('another version than the stored object', () => {
    const live = { ...apply(undefined, 'm', {}), apiVersion: 'example.com/v2' }
    expect(failure(() => apply(live, 'm', {})).message).toBe(
      'Incorrect version specified in apply patch. Specified patch version: example.com/v1, expected: example.com/v2',
    )
  })
})

describe('a schema that has changed', () => {
  it('turns the parts of what became atomic into the whole', () => {
    const first = apply(undefined, 'one', { labels: { a: '1' } })
    const atomic = structuredClone(schema)
    const labels = atomic.properties?.['spec']?.properties?.['labels']
    if (labels) labels['x-kubernetes-map-type'] = 'atomic'
    const second = apply(first, 'two', { labels: { a: '1' } }, { schema: atomic })
    expect(owners(second)).toEqual({
      'one/Apply': { 'f:spec': { 'f:labels': {} } },
      'two/Apply': { 'f:spec': { 'f:labels': {} } },
    })
    expect(
      failure(() => apply(first, 'two', { labels: { b: '1' } }, { schema: atomic })).message,
    ).toBe('Apply failed with 1 conflict: conflict with "one": .spec.labels')
  })
})
