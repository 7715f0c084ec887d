import { describe, expect, it } from 'vitest'

import { negotiate, negotiateStream } from './accept.ts'

const partial = 'as=PartialObjectMetadata;g=meta.k8s.io;v=v1'
const table = 'as=Table;g=meta.k8s.io;v=v1'
const builtIn = { origin: 'built-in' } as const
const custom = { origin: 'custom' } as const

describe('negotiate', () => {
  it.each([
    ['', 'json', 'object'],
    ['*/*', 'json', 'object'],
    ['*', 'json', 'object'],
    ['application/*', 'json', 'object'],
    ['text/html, application/yaml', 'yaml', 'object'],
    ['application/json;q=0.5, application/yaml', 'yaml', 'object'],
    ['*/*, application/yaml', 'yaml', 'object'],
    ['application/*, application/vnd.kubernetes.protobuf', 'protobuf', 'object'],
    ['application/json;stream=watch', 'json', 'object'],
    ['application/json;stream=frames, application/yaml', 'yaml', 'object'],
    ['application/json;sv=v2, application/yaml;sv=v1', 'yaml', 'object'],
    ['application/json; charset=utf-8', 'json', 'object'],
    [`application/json;${table}`, 'json', 'Table'],
    [`application/vnd.kubernetes.protobuf;${table}, application/json`, 'json', 'object'],
    [`*/*;${partial}`, 'json', 'PartialObjectMetadata'],
    [`application/vnd.kubernetes.protobuf;${partial}`, 'protobuf', 'PartialObjectMetadata'],
    ['application/json;as=Table;g=meta.k8s.io, application/yaml', 'yaml', 'object'],
    ['application/json;v=v1, application/yaml', 'yaml', 'object'],
    ['application/json;as=Pod;g=meta.k8s.io;v=v1, application/yaml', 'yaml', 'object'],
  ])('answers %j with %s of %s', (accept, encoding, as) => {
    expect(negotiate(accept, builtIn)).toMatchObject({ encoding, as })
  })

  it('reads no more of a header than clients have to say', () => {
    const padding = 'text/html,'.repeat(100_000)
    expect(negotiate(`application/yaml,${padding}`, builtIn)).toMatchObject({ encoding: 'yaml' })
    expect(() => negotiate(`${padding}application/yaml`, builtIn)).toThrow('only the following')
  })

  it('has no protobuf form of custom objects, but one of their metadata', () => {
    const protobuf = 'application/vnd.kubernetes.protobuf'
    expect(() => negotiate(protobuf, custom)).toThrow(
      'only the following media types are accepted: application/json, application/yaml, application/vnd.kubernetes.protobuf',
    )
    expect(negotiate(`${protobuf};${partial}`, custom)).toMatchObject({ encoding: 'protobuf' })
  })

  it.each(['text/html', 'Application/JSON', 'application', `application/json;as=Table`])(
    'has nothing for %j',
    (accept) => expect(() => negotiate(accept, builtIn)).toThrow('only the following media types'),
  )
})

describe('negotiateStream', () => {
  it('refuses the encoding that has no form for events, even where another would be taken', () => {
    expect(() => negotiateStream('application/yaml, application/json', builtIn)).toThrow(
      'only the following media types are accepted: application/json;stream=watch, application/vnd.kubernetes.protobuf;stream=watch',
    )
    expect(negotiateStream('application/json, application/yaml', builtIn).encoding).toBe('json')
  })

  it('has no tables where the end of the first objects is marked', () => {
    const accept = `application/json;${table}, application/json`
    expect(negotiateStream(accept, { ...builtIn, hasTables: false }).as).toBe('object')
    expect(negotiateStream(accept, builtIn).as).toBe('Table')
  })
})
