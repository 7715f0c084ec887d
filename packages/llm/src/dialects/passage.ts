import type { JsonObject } from '@fairlead/base'
import type { ModelError } from '../errors/model-error.ts'
import type { ByteSource, FrameSource } from '../framing/frame-source.ts'
import type { EncodeOptions } from '../operations/chat/chat-format.ts'
import type { Usage } from '../operations/chat/model-response.ts'
import type { RequestEdits } from '../operations/chat/request-edits.ts'

/**
 * What bytes need in order to pass unread between two parties that speak one dialect: the fields of
 * a request that are looked at, the edits that are made in it, what is read of an answer's end, the
 * headers that go on, and the frame that tells of a failure in the middle of a stream.
 */
export interface Passage {
  /**
   * Looks at a parsed request, as far as any call must: wrong values of the fields that it knows are
   * refused here with the same errors as in `decodeRequest`, whatever follows.
   */
  look(body: JsonObject, options?: { readonly messagesOptional?: boolean }): SentFields
  /**
   * The bytes for a provider: the caller's, with only what must differ exchanged, or the same object
   * when nothing must. Undefined when the edits cannot be made without decoding the request.
   */
  edit(body: Uint8Array, sent: SentFields, edit: PassageEdit): Uint8Array | undefined

  /** Headers of a caller that go on to a provider; in lower case, never a credential. */
  readonly requestHeaders: readonly string[]
  /** Headers of a provider's answer that go on to the caller; in lower case. */
  readonly answerHeaders: readonly string[]
  /** Whether a parsed error answer has the shape that the dialect's SDKs read. */
  isErrorBody(body: unknown): boolean

  /** The usage of a whole answer, after it was parsed. */
  readUsage(answer: object): Usage | undefined
  /** The same from the end of its bytes, without parsing the rest. */
  scanUsage(bytes: Uint8Array): Usage | undefined
  /** Cuts a stream where its frames end. */
  cutFrames(source: ByteSource): FrameSource
  /** Watches the end of a stream that passes. */
  createStreamScanner(): StreamScanner
  /** The last frame of a stream that cannot go on. */
  errorFrame(error: ModelError): string
}

/** Which fields a caller gave, as far as routing, edits and answers depend on them. */
export interface SentFields {
  readonly model: string | undefined
  readonly stream: boolean
  /** Whether a stream shall end with its usage. */
  readonly includeUsage: boolean
  /** The gateway's own `context`, which no provider sees. */
  readonly context: boolean
  readonly temperature: boolean
  readonly outputLimit: boolean
  readonly responseFormat: boolean
  /** Characters of text in all messages; images and files count nothing. */
  readonly textLength: number
}

export interface PassageEdit {
  /** The model that the provider is asked for. */
  readonly model: string
  readonly edits: RequestEdits
  readonly options: EncodeOptions
}

export interface StreamScanner {
  /** Takes the next bytes of the stream, cut anywhere. */
  push(bytes: Uint8Array): void
  /** The usage told in the last frames; the last one counts. */
  readonly usage: Usage | undefined
  /** Whether the stream told its end: one that closes before was cut. */
  readonly complete: boolean
}
