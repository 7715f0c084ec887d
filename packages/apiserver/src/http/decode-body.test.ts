import { describe, expect, it } from 'vitest'

import { nestingDepthMax } from '../decoding/json-syntax-error.ts'
import { decodeBody } from './decode-body.ts'

const configMap = { group: '', version: 'v1', kind: 'ConfigMap' } as const

function nested(depth: number): Buffer {
  return Buffer.from(`{"x":${'['.repeat(depth)}${']'.repeat(depth)}}`)
}

function refused(body: string | Buffer, type: string, expected: object = {}): () => unknown {
  return () => decodeBody(Buffer.from(body), type, { ...configMap, ...expected })
}

const unrecognized = 'the object provided is unrecognized (must be of type ConfigMap)'

describe('decodeBody', () => {
  it.each(['application/json', 'application/yaml'])('takes %s nested to the limit', (type) => {
    expect(decodeBody(nested(nestingDepthMax - 1), type, configMap)).toHaveProperty('x')
  })

  it.each([
    ['application/json', nested(100_000)],
    ['application/yaml', nested(nestingDepthMax + 2)],
    ['application/yaml', nested(100_000)],
  ])('refuses %s nested deeper, as the fault of the request', (type, body) => {
    expect(() => decodeBody(body, type, configMap)).toThrow(
      expect.objectContaining({
        code: 400,
        message: expect.stringContaining('exceeded max depth') as string,
      }),
    )
  })

  // Recorded from kube-apiserver 1.32.
  it.each([
    ['', "couldn't get version/kind; json parse error: unexpected end of JSON input (<empty>)"],
    [
      '{"apiVersion": 5, "kind": "Pod", "x": 1}',
      `couldn't get version/kind; json parse error: json: cannot unmarshal number into Go struct field .apiVersion of type string ({"apiVersion": 5, "kind": "Pod ...)`,
    ],
    [
      '[]',
      String.raw`couldn't get version/kind; json parse error: json: cannot unmarshal array into Go value of type struct { APIVersion string "json:\"apiVersion,omitempty\""; Kind string "json:\"kind,omitempty\"" } (5b5d)`,
    ],
    ['{"apiVersion":"a/b/c"}', 'unexpected GroupVersion string: a/b/c ({"apiVersion":"a/b/c"})'],
  ])('refuses %s', (body, problem) => {
    expect(refused(body, 'application/json')).toThrow(`${unrecognized}: ${problem}`)
  })

  it('needs the kind of a custom resource, and no other', () => {
    expect(decodeBody(Buffer.from('null'), 'application/json', configMap)).toEqual({})
    expect(refused('{"a":1}', 'application/json', { origin: 'custom', kind: 'Widget' })).toThrow(
      `the object provided is unrecognized (must be of type Widget): Object 'Kind' is missing in '{"a":1}' ({"a":1})`,
    )
  })

  it('refuses protobuf that is none, and other media types', () => {
    const protobuf = 'application/vnd.kubernetes.protobuf'
    expect(refused('{}', protobuf)).toThrow(
      `${unrecognized}: provided data does not appear to be a protobuf message, expected prefix [107 56 115 0] ({})`,
    )
    expect(refused('', protobuf)).toThrow(`${unrecognized}: empty data (<empty>)`)
    for (const type of ['application/cbor', 'text/plain']) {
      expect(refused('{}', type)).toThrow(expect.objectContaining({ code: 415 }))
    }
    expect(refused('k8s', protobuf, { origin: 'custom' })).toThrow(
      expect.objectContaining({ code: 415 }),
    )
  })
})
