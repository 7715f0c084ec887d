import { describe, expect, it } from 'vitest'

import { readFields } from '../protobuf/wire-reader.ts'
import { contentOf } from '../protobuf/wire-type.ts'
import { version2Protobuf } from './version2-protobuf.ts'

/** The contents at a path of field numbers, as texts. */
function contentsAt(message: Buffer, [number, ...rest]: readonly number[]): string[] {
  if (number === undefined) return [message.toString('utf8')]
  return [...readFields(message)]
    .filter((field) => field.number === number)
    .flatMap((field) => contentsAt(contentOf(field), rest))
}

const document = version2Protobuf({
  swagger: '2.0',
  info: { title: 'Widgets', version: 'v1' },
  paths: {
    '/widgets': {
      get: {
        tags: ['a', 'b'],
        parameters: [
          { $ref: '#/parameters/p' },
          { in: 'query', name: 'limit', type: 'integer' },
          { in: 'path', name: 'name', type: 'string', required: true },
          { in: 'body', name: 'body', schema: { $ref: '#/definitions/Widget' } },
        ],
        responses: { 200: { description: 'OK', schema: { $ref: '#/definitions/Widget' } } },
        'x-kubernetes-action': 'list',
      },
    },
  },
  definitions: {
    Widget: {
      type: 'object',
      required: ['spec'],
      properties: {
        spec: { type: 'array', items: { type: 'string', enum: ['x'] }, maxItems: 300 },
        labels: { additionalProperties: { type: 'string' } },
        any: { additionalProperties: true, minimum: 1.5 },
      },
      'x-kubernetes-group-version-kind': [{ group: '', kind: 'Widget', version: 'v1' }],
    },
  },
  security: [{ BearerToken: [] }],
})
const definition = [9, 1, 2]
const property = [...definition, 25, 1]
const operation = [8, 2, 2, 2]

describe('OpenAPI v2 in protobuf', () => {
  it.each([
    ['what it is about', [2, 1], ['Widgets']],
    ['names of kinds', [9, 1, 1], ['Widget']],
    ['types', [...definition, 22, 1], ['object']],
    ['required fields', [...definition, 19], ['spec']],
    ['fields in their order', [...property, 1], ['spec', 'labels', 'any']],
    ['types of items', [...property, 2, 23, 1, 22, 1], ['string']],
    ['values that there may be, as YAML', [...property, 2, 23, 1, 20, 2], ['x\n']],
    ['types of what a map has', [...property, 2, 21, 1, 22, 1], ['string']],
    ['names of extensions', [...definition, 31, 1], ['x-kubernetes-group-version-kind']],
    [
      'extensions, as YAML',
      [...definition, 31, 2, 2],
      ['- group: ""\n  kind: Widget\n  version: v1\n'],
    ],
    ['paths', [8, 2, 1], ['/widgets']],
    ['tags', [...operation, 1], ['a', 'b']],
    ['references to parameters', [...operation, 8, 2, 1], ['#/parameters/p']],
    ['parameters in the query', [...operation, 8, 1, 2, 3, 4], ['limit']],
    ['parameters in the path', [...operation, 8, 1, 2, 4, 4], ['name']],
    ['parameters in the body', [...operation, 8, 1, 1, 5, 1], ['#/definitions/Widget']],
    ['codes of answers', [...operation, 9, 1, 1], ['200']],
    ['answers', [...operation, 9, 1, 2, 1, 2, 1, 1], ['#/definitions/Widget']],
    ['what must be proven', [12, 1, 1], ['BearerToken']],
  ])('has %s', (_what, path, contents) => {
    expect(contentsAt(document, path)).toEqual(contents)
  })

  it('has numbers and flags in their own encodings', () => {
    const number = Buffer.alloc(9, 0)
    number[0] = 9 * 8 + 1
    number.writeDoubleLE(1.5, 1)
    expect(document.includes(number)).toBe(true)
    expect(document.includes(Buffer.from([14 * 8, 0xac, 0x02]))).toBe(true)
    expect(document.includes(Buffer.from([0xaa, 0x01, 0x02, 0x10, 0x01]))).toBe(true)
  })
})
