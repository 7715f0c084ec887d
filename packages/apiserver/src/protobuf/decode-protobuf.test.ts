import { StatusError } from '@fairlead/kube-core'
import { describe, expect, it } from 'vitest'

import { decodeProtobuf } from './decode-protobuf.ts'

function bytes(number: number, content: Buffer | string): Buffer {
  const value = Buffer.from(content)
  return Buffer.concat([Buffer.of((number << 3) | 2, value.length), value])
}

function varint(number: number, value: number): Buffer {
  return Buffer.of(number << 3, value)
}

function body(apiVersion: string, kind: string, raw: Buffer): Buffer {
  const type = Buffer.concat([bytes(1, apiVersion), bytes(2, kind)])
  return Buffer.concat([Buffer.from('k8s\0'), bytes(1, type), bytes(2, raw)])
}

describe('decodeProtobuf', () => {
  it('decodes texts, maps, bytes and flags, and leaves out what is empty', () => {
    const metadata = Buffer.concat([
      bytes(1, 'name'),
      bytes(2, ''),
      bytes(8, Buffer.alloc(0)),
      bytes(11, Buffer.concat([bytes(1, 'label'), bytes(2, 'value')])),
      varint(7, 0),
    ])
    const secret = Buffer.concat([
      bytes(1, metadata),
      bytes(2, Buffer.concat([bytes(1, 'key'), bytes(2, Buffer.of(0, 255))])),
      bytes(3, 'Opaque'),
      varint(5, 1),
    ])
    expect(decodeProtobuf(body('v1', 'Secret', secret))).toEqual({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'name', labels: { label: 'value' } },
      data: { key: 'AP8=' },
      type: 'Opaque',
      immutable: true,
    })
  })

  it('keeps a zero that means something, and microseconds', () => {
    const time = Buffer.concat([varint(1, 1), Buffer.of(2 << 3, 0xe8, 0x07)])
    const spec = Buffer.concat([bytes(1, 'me'), bytes(4, time), varint(5, 0)])
    expect(decodeProtobuf(body('coordination.k8s.io/v1', 'Lease', bytes(2, spec)))).toMatchObject({
      spec: {
        holderIdentity: 'me',
        renewTime: '1970-01-01T00:00:01.000001Z',
        leaseTransitions: 0,
      },
    })
  })

  it.each([
    ['no prefix', Buffer.from('{}')],
    ['a cut field', Buffer.concat([Buffer.from('k8s\0'), Buffer.of(0x0a, 0x7f, 0)])],
    ['an unknown kind', body('apps/v1', 'Deployment', Buffer.alloc(0))],
  ])('refuses %s', (_, message) => {
    expect(() => decodeProtobuf(message)).toThrow(StatusError)
  })
})
