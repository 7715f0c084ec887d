import type { JsonObject } from '@fairlead/base'
import type { PromptOutline } from '../classification/prompt-outline.ts'
import type { ModelError } from '../errors/model-error.ts'
import type { ByteSource, FrameSource } from '../framing/frame-source.ts'
import type { RateLimitHeaders } from '../headers/rate-limit.ts'
import type { BodyOutline } from '../json/outline-body.ts'
import type { UniqueFields } from '../json/unique-fields.ts'
import type { DecodeOptions, EncodeOptions } from '../operations/chat/chat-format.ts'
import type { ModelFeature } from '../operations/chat/model-feature.ts'
import type { RenamedParameter } from '../operations/chat/server-quirks.ts'
import type { Usage } from '../operations/chat/model-response.ts'
import type { RequestEdits } from '../operations/chat/request-edits.ts'

/**
 * What it takes for bytes to pass through undecoded between two parties that speak one dialect: the
 * request fields that are inspected, the edits made in place, what is read from the end of an
 * answer, the headers that are forwarded, and the frame that reports a failure in mid-stream.
 */
export interface Passage {
  /** The fields that the gateway decides on, which a body must spell exactly and give once. */
  readonly decidedFields: UniqueFields
  /**
   * Whether the value of a field `context` is the dialect's own, which stands in the place of the
   * gateway's. Absent: it never is.
   */
  isOwnContext?(value: unknown): boolean
  /** The top-level fields that list messages and tools. */
  readonly lists: { readonly messages: readonly string[]; readonly tools: readonly string[] }
  /**
   * Inspects a parsed request as far as every call must. What it rejects, it rejects with the same
   * errors as `decodeRequest`; other fields are the provider's business.
   */
  inspect(body: JsonObject, options?: DecodeOptions): SentFields
  /** What routing may look at, of a parsed request that `inspect` has accepted. Never throws. */
  outline(body: JsonObject): PromptOutline
  /**
   * The beginning of the prompt of a parsed request, at most `lengthMax` characters: the names of
   * its tools, then its text up to the end of the first message that is not a system message. The
   * same for all calls of one dialogue.
   */
  promptPrefix(body: JsonObject, lengthMax: number): string
  /**
   * The fields of a parsed request that an answer repeats, for `AnswerOptions.repeated`; absent where
   * answers of the dialect repeat none.
   */
  repeatedFields?(body: JsonObject): JsonObject
  /**
   * The bytes for a provider: the caller's with only the necessary changes, or the same object if
   * there are none. Undefined if the edits cannot be made without decoding the request.
   */
  edit(body: Uint8Array, sent: SentFields, edit: PassageEdit): Uint8Array | undefined

  /** Caller headers that are forwarded to a provider; in lower case, never a credential. */
  readonly requestHeaders: readonly string[]
  /** Provider response headers that are forwarded to the caller; in lower case. */
  readonly answerHeaders: readonly string[]
  /**
   * The header in which the dialect's SDKs look for the id of a call; in lower case. Absent: in
   * `x-request-id`, which every answer has.
   */
  readonly requestIdHeader?: string
  /** How headers of the dialect's answers tell of limits; absent where they do not. */
  readonly rateLimits?: RateLimitHeaders
  /** Whether a parsed error response has the shape that the dialect's SDKs read. */
  isErrorBody(body: unknown): boolean

  /**
   * Why a whole answer with a status of success is none: it reports an error, or is something else.
   * Undefined for an answer.
   */
  answerFailure(answer: object): ModelError | undefined
  /** The usage in a whole answer that has been parsed. */
  readUsage(answer: object): Usage | undefined
  /** The same, read from the end of its bytes without parsing the rest. */
  scanUsage(bytes: Uint8Array): Usage | undefined
  /** Splits a stream at its frame boundaries. */
  cutFrames(source: ByteSource): FrameSource
  /** Watches the end of a stream that passes through. */
  createStreamScanner(): StreamScanner
  /** Watches for content, in a stream that passes through. */
  createProgressWatch(): ProgressWatch
  /**
   * Whole frames without those that tell usage and nothing else; the same object if there are none.
   * Absent where a stream always tells its usage.
   */
  readonly withoutUsage?: (frames: Buffer) => Buffer
  /**
   * The last frame of a stream that cannot continue. `sent` are the frames before it, for a dialect
   * that counts them.
   */
  errorFrame(error: ModelError, sent?: Uint8Array): string
}

/** The fields that a caller sent, as far as routing, edits and answers depend on them. */
export interface SentFields {
  readonly model: string | undefined
  readonly stream: boolean
  /** Whether the caller wants the stream to end with its usage. */
  readonly includeUsage: boolean
  /** What the caller says of the stream beside that; absent if nothing. */
  readonly streamOptions?: JsonObject
  /** The gateway's own `context`, which no provider sees. */
  readonly context: boolean
  readonly temperature: boolean
  readonly outputLimit: boolean
  readonly responseFormat: boolean
  /** Whether the caller says by what prompts that begin alike are known. False when left out. */
  readonly promptCacheKey?: boolean
  /** Names of the caller's tools that take free text instead of JSON arguments. */
  readonly customTools: ReadonlySet<string>
  /** Whether tools are given in the dialect's deprecated form, which cannot stand beside the new. */
  readonly deprecatedTools: boolean
  /** Characters of text in all messages; images and files count as nothing. */
  readonly textLength: number
  /**
   * Whether it holds seals that another maker's answers got on their way to the caller: they must not
   * reach a provider as they are, so that the request has to be decoded. Absent means that it does not.
   */
  readonly foreignSeals?: boolean
  /** What the model must be able to do. */
  readonly features: ReadonlySet<ModelFeature>
  /** The greatest number of output tokens that the caller wants; undefined without a wish. */
  readonly outputTokensMax: number | undefined
  /** What only some servers of the dialect take; undefined if all do. */
  readonly peculiarities?: SentPeculiarities | undefined
}

/** What a request has that only some of the servers that speak its dialect take. */
export interface SentPeculiarities {
  /** The top-level fields that are given as null. */
  readonly nulls: readonly string[]
  /** Whether a message has the role `developer`. */
  readonly developerRole: boolean
  /** Whether the id of a tool call is anything but nine letters and digits. */
  readonly otherCallIds: boolean
  /** The parameters that some server has under another name. */
  readonly renamed: readonly RenamedParameter[]
  /** Whether messages have fields, or an order, that a server with strict messages refuses. */
  readonly looseMessages: boolean
  /** The fields in which the length of the answer is limited. */
  readonly limits: readonly string[]
}

export interface PassageEdit {
  /** The model requested from the provider. */
  readonly model: string
  readonly edits: RequestEdits
  readonly options: EncodeOptions
  /** The outline of the bytes, if it has been read. */
  readonly outline?: BodyOutline | undefined
}

export interface StreamScanner {
  /** Takes the next bytes of the stream, split anywhere. */
  push(bytes: Uint8Array): void
  /** About how many bytes there are for a token, by the last frames; absent where they do not tell. */
  readonly tokenBytes?: number | undefined
  /** The usage reported in the last frames; the last report counts. */
  readonly usage: Usage | undefined
  /** Whether the stream signalled its end; one that closes without it was cut off. */
  readonly complete: boolean
  /** The error that the last frames report; undefined without one. */
  readonly error: ModelError | undefined
}

/**
 * What frames show of an answer's progress. `Nothing`: they are comments, pings, a role, the results
 * of filters. `Thinking`: the model thinks, without any text of it. `Content`: part of the answer,
 * or its regular end.
 */
export type StreamProgress = 'Nothing' | 'Thinking' | 'Content'

export interface ProgressWatch {
  /** Takes the next whole frames, and says the most that they show. Never throws. */
  push(frames: Uint8Array): StreamProgress
  /** Whether the frame has come after which nothing follows; one beside text may be missed. */
  readonly ended: boolean
}
