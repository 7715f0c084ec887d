import { readFileSync } from 'node:fs'

import { describe, expect, it } from 'vitest'

import { decodeMessage } from '../decoding/decode-message.ts'
import { parseJsonText } from '../decoding/json-text.ts'
import { readEnvelope, readMessage, writeMessage } from './protobuf-message.ts'

/** What Go made of a JSON text with the types of k8s.io/api and apiextensions-apiserver 0.32.13. */
interface Vector {
  readonly apiVersion: string
  readonly kind: string
  readonly type: string
  readonly json: string
  readonly error?: string
  readonly unknownFields?: readonly string[]
  /** The JSON that Go writes again. */
  readonly written?: string
  /** Base64. */
  readonly protobuf?: string
}

const vectors = JSON.parse(
  readFileSync(new URL('go-vectors.json', import.meta.url), 'utf8'),
) as Vector[]
const accepted = vectors.filter(({ error }) => error === undefined)

function decoded({ type, json }: Vector): ReturnType<typeof decodeMessage> {
  return decodeMessage(type, parseJsonText(Buffer.from(json)))
}

function rewritten(vector: Vector, message: Buffer): Buffer {
  const { object } = decodeMessage(vector.type, readMessage(vector.type, message))
  return writeMessage(vector.type, object, vector)
}

describe('objects that Go has decoded', () => {
  it.each(vectors)('$kind: $json', (vector) => {
    if (vector.error !== undefined) {
      expect(() => decoded(vector)).toThrow(vector.error)
      return
    }
    const { object, unknownFields } = decoded(vector)
    expect(JSON.stringify(object)).toBe(vector.written)
    expect(unknownFields).toEqual(vector.unknownFields ?? [])
  })

  it.each(accepted)('$kind as protobuf: $json', (vector) => {
    const { object } = decoded(vector)
    const bytes = writeMessage(vector.type, object, vector)
    expect(bytes.toString('base64')).toBe(vector.protobuf)
    const envelope = readEnvelope(bytes)
    expect(envelope).toMatchObject({ apiVersion: vector.apiVersion, kind: vector.kind })
    // What is read may have become empty where it was null, but then stays as it is.
    const read = rewritten(vector, envelope.bytes)
    expect(rewritten(vector, readEnvelope(read).bytes).equals(read)).toBe(true)
  })

  it('survives any cut and any changed byte of a message', () => {
    for (const vector of accepted) {
      const { bytes } = readEnvelope(Buffer.from(vector.protobuf ?? '', 'base64'))
      for (let position = 0; position < bytes.length; position += 7) {
        const changed = Buffer.from(bytes)
        changed[position] = ((changed[position] ?? 0) + 1 + position) % 256
        for (const message of [bytes.subarray(0, position), changed]) {
          try {
            decodeMessage(vector.type, readMessage(vector.type, message))
          } catch (error) {
            expect(error).toMatchObject({ name: 'BodyError' })
          }
        }
      }
    }
  })
})
