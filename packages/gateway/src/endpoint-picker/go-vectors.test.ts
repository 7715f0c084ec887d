import { readFileSync } from 'node:fs'
import { BinaryReader } from '@bufbuild/protobuf/wire'
import { describe, expect, it } from 'vitest'
import {
  requestBodyMessage,
  requestHeadersMessage,
  responseBodyMessage,
  responseHeadersMessage,
} from './processing-request.ts'
import { readProcessingResponse } from './processing-response.ts'

/**
 * What Go makes of messages of Envoy's external processing, in hexadecimal: the types of
 * github.com/envoyproxy/go-control-plane/envoy 1.39.0, written by google.golang.org/protobuf.
 */
const vectors = JSON.parse(
  readFileSync(new URL('go-vectors.json', import.meta.url), 'utf8'),
) as Readonly<Record<string, string>>

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')
const read = (name: string) => readProcessingResponse(Buffer.from(vectors[name] ?? '', 'hex'))
const nothing = { set: [], removed: [] }
const text = (bytes: string) => Buffer.from(bytes)

/** The fields of a message, whose order says nothing: Go writes the last of these first. */
function fieldsOf(message: Uint8Array): readonly string[] {
  const reader = new BinaryReader(message)
  const fields: string[] = []
  while (reader.pos < reader.len) {
    const [field, wireType] = reader.tag()
    fields.push(`${field} ${hex(reader.skip(wireType, field))}`)
  }
  return fields.toSorted()
}

describe('what the gateway tells a picker', () => {
  it.each([
    ['request headers', () => requestHeadersMessage([':method', 'POST', 'X-Name', 'caf\xe9'])],
    ['request body', () => requestBodyMessage(text('{}'), false)],
    ['last request body', () => requestBodyMessage(text('{}'), true)],
    ['response headers', () => responseHeadersMessage([':status', '200'], '10.0.0.1:8000')],
    ['last response body', () => responseBodyMessage(text(''), true)],
  ])('is what Go writes: %s', (name, write) => {
    expect(fieldsOf(write())).toEqual(fieldsOf(Buffer.from(vectors[name] ?? '', 'hex')))
  })
})

describe('what a picker answers, as Go writes it', () => {
  it('names endpoints, and changes headers', () => {
    expect(read('named')).toEqual({
      type: 'RequestHeaders',
      headers: {
        set: [
          'x-gateway-destination-endpoint',
          '10.0.0.1:8000,10.0.0.2:8000',
          'x-note',
          'a',
          'x-old',
          'b',
        ],
        removed: ['x-gone'],
      },
      body: undefined,
      destination: '10.0.0.1:8000',
    })
  })

  it.each([
    ['nothing of a body', undefined],
    ['streamed body', { bytes: text('ab'), part: 'Streamed' }],
    ['last streamed body', { bytes: text('cd'), part: 'LastStreamed' }],
    ['whole body', { bytes: text('ef'), part: 'Whole' }],
    ['cleared body', { bytes: new Uint8Array(0), part: 'Whole' }],
  ])('%s', (name, body) => {
    const message = read(name)
    expect(message).toMatchObject({ type: 'RequestBody', headers: nothing })
    const found = 'destination' in message ? message.body : undefined
    expect(found && { bytes: hex(found.bytes), part: found.part }).toEqual(
      body && { bytes: hex(body.bytes), part: body.part },
    )
  })

  it('refuses a call', () => {
    const message = read('immediate')
    expect(message).toMatchObject({
      type: 'Immediate',
      status: 429,
      headers: { set: ['retry-after', '7'], removed: [] },
    })
    expect(message.type === 'Immediate' && Buffer.from(message.body).toString()).toBe('shed')
  })

  it('says something of the answer, which is nothing to us', () => {
    expect(read('of the answer')).toMatchObject({ type: 'Other', headers: nothing })
  })

  it('cannot be cut, nor changed, so that reading it does anything but fail', () => {
    for (const vector of Object.values(vectors)) {
      const bytes = Buffer.from(vector, 'hex')
      for (let index = 0; index < bytes.length; index += 1) {
        const changed = Buffer.from(bytes)
        changed[index] = (changed[index] ?? 0) ^ 0xff
        for (const one of [bytes.subarray(0, index), changed]) {
          try {
            readProcessingResponse(one)
          } catch (error) {
            expect(error).toMatchObject({ name: 'PickerFailure', failure: 'InvalidAnswer' })
          }
        }
      }
    }
  })
})
