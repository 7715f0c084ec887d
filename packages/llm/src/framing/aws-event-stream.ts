import { ModelError } from '../errors/model-error.ts'
import { asBuffer } from './as-buffer.ts'
import { crc32 } from './crc32.ts'
import { type EventStreamHeader, readHeaders, writeHeaders } from './event-stream-headers.ts'
import { HeldBytes } from './held-bytes.ts'

/**
 * One message of `application/vnd.amazon.eventstream`:
 * https://docs.aws.amazon.com/transcribe/latest/dg/event-stream.html
 */
export interface EventStreamMessage {
  readonly headers: ReadonlyMap<string, EventStreamHeader>
  readonly payload: Buffer
}

export interface EventStreamDecoder {
  /**
   * Takes the next bytes, cut anywhere, and returns the messages that they complete; their payloads may
   * be views of the bytes. Throws a ModelError of class InvalidAnswer, and goes on throwing it, for
   * bytes that are no messages: a checksum that is wrong, a length that cannot be, headers that cannot
   * be read.
   */
  push(chunk: Uint8Array): EventStreamMessage[]
  /** Bytes of a message that is not complete: at the end of a stream, of one that was cut off. */
  readonly pendingBytes: number
}

/** Total length, length of the headers, and a checksum of both. */
const preludeBytes = 12
/** The checksum of the whole message. */
const checksumBytes = 4
const overheadBytes = preludeBytes + checksumBytes
/** As AWS's own library has it: https://github.com/awslabs/aws-c-event-stream */
const messageBytesMaxDefault = 24 * 1024 * 1024
const headersBytesMax = 128 * 1024

/** `messageBytesMax` is the limit of one message, overhead included; defaults to 24 MiB. */
export function createEventStreamDecoder(
  options: { readonly messageBytesMax?: number } = {},
): EventStreamDecoder {
  const messageBytesMax = options.messageBytesMax ?? messageBytesMaxDefault
  const held = new HeldBytes()
  let failure: ModelError | undefined

  function takeMessages(): EventStreamMessage[] {
    const messages: EventStreamMessage[] = []
    const bytes = held.bytes()
    let start = 0
    for (;;) {
      const length = messageLength(bytes.subarray(start), messageBytesMax)
      if (length === undefined || start + length > bytes.length) break
      messages.push(readMessage(bytes.subarray(start, start + length)))
      start += length
    }
    if (start > 0) {
      held.take()
      // A copy, so that the rest does not keep what has been read in memory.
      if (start < bytes.length) held.append(Buffer.from(bytes.subarray(start)))
    }
    return messages
  }

  return {
    push(chunk) {
      if (failure !== undefined) throw failure
      if (chunk.length === 0) return []
      held.append(asBuffer(chunk))
      try {
        return takeMessages()
      } catch (error) {
        if (error instanceof ModelError) failure = error
        held.take()
        throw error
      }
    },
    get pendingBytes() {
      return held.length
    },
  }
}

/** The message as bytes. Throws TypeError for headers that have no such form. */
export function encodeEventStreamMessage({ headers, payload }: EventStreamMessage): Buffer {
  const written = writeHeaders(headers)
  const message = Buffer.alloc(overheadBytes + written.length + payload.length)
  message.writeUInt32BE(message.length, 0)
  message.writeUInt32BE(written.length, 4)
  message.writeUInt32BE(crc32(message.subarray(0, 8)), 8)
  written.copy(message, preludeBytes)
  payload.copy(message, preludeBytes + written.length)
  const end = message.length - checksumBytes
  message.writeUInt32BE(crc32(message.subarray(0, end)), end)
  return message
}

/** The text of a header; undefined for one that is missing or of another type. */
export function textHeader({ headers }: EventStreamMessage, name: string): string | undefined {
  const header = headers.get(name)
  return header?.type === 'string' ? header.value : undefined
}

/** The length that a prelude states, once it is there and can be trusted. */
function messageLength(bytes: Buffer, messageBytesMax: number): number | undefined {
  if (bytes.length < preludeBytes) return undefined
  if (crc32(bytes.subarray(0, 8)) !== bytes.readUInt32BE(8)) {
    throw invalid('whose prelude has a wrong checksum')
  }
  const length = bytes.readUInt32BE(0)
  const headersLength = bytes.readUInt32BE(4)
  if (length > messageBytesMax) throw invalid(`of more than ${messageBytesMax} bytes`)
  if (headersLength > headersBytesMax || headersLength + overheadBytes > length) {
    throw invalid('whose lengths cannot be')
  }
  return length
}

function readMessage(bytes: Buffer): EventStreamMessage {
  const end = bytes.length - checksumBytes
  if (crc32(bytes.subarray(0, end)) !== bytes.readUInt32BE(end)) {
    throw invalid('with a wrong checksum')
  }
  const headersEnd = preludeBytes + bytes.readUInt32BE(4)
  const headers = readHeaders(bytes.subarray(preludeBytes, headersEnd))
  if (headers === undefined) throw invalid('whose headers cannot be read')
  return { headers, payload: bytes.subarray(headersEnd, end) }
}

function invalid(detail: string): ModelError {
  return new ModelError('upstream', `The provider sent a message of its event stream ${detail}.`, {
    failure: 'InvalidAnswer',
  })
}
