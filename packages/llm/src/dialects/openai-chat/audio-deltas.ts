import { isJsonObject, type JsonObject } from '@fairlead/base'
import { ModelError } from '../../errors/model-error.ts'
import type { OutputFilePart } from '../../operations/chat/item.ts'
import { TextPieces } from '../../operations/chat/text-pieces.ts'
import { decodeAudio } from './answer-files.ts'

/** Base64 of about an hour of compressed speech. */
const audioLengthMax = 48 * 1024 * 1024

/** Collects the speech of a stream, which comes in pieces and is a file only as a whole. */
export class AudioReader {
  #id: unknown
  #expiresAt: unknown
  readonly #data = new TextPieces()
  readonly #transcript = new TextPieces()
  #length = 0

  /** Throws a ModelError for more than can be held. */
  read(delta: JsonObject): void {
    const { audio } = delta
    if (!isJsonObject(audio)) return
    const { data, expires_at: expiresAt, id, transcript } = audio
    if (id !== undefined) this.#id = id
    if (expiresAt !== undefined) this.#expiresAt = expiresAt
    this.#add(this.#data, data)
    this.#add(this.#transcript, transcript)
  }

  /** What has been heard so far; undefined if there was no sound. */
  file(): OutputFilePart | undefined {
    if (this.#length === 0) return undefined
    const transcript = this.#transcript.toString()
    return decodeAudio({
      id: this.#id,
      expires_at: this.#expiresAt,
      data: this.#data.toString(),
      ...(transcript === '' ? {} : { transcript }),
    })
  }

  #add(pieces: TextPieces, text: unknown): void {
    if (typeof text !== 'string') return
    pieces.push(text)
    this.#length += text.length
    if (this.#length <= audioLengthMax) return
    throw new ModelError(
      'upstream',
      `The provider sent more than ${audioLengthMax} bytes of speech.`,
    )
  }
}
