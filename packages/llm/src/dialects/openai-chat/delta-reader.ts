import { arrayOrEmpty, type JsonObject, objectOrEmpty, stringOrUndefined } from '@fairlead/base'
import type { Annotation } from '../../operations/chat/item.ts'
import type { StreamEvent } from '../../operations/chat/stream-event.ts'
import { decodeAnnotations } from './annotations.ts'
import { decodeImages } from './answer-files.ts'
import { AudioReader } from './audio-deltas.ts'
import { ReasoningReader } from './reasoning-reader.ts'
import { createToolCallReader } from './tool-call-deltas.ts'
import { readReferences, readVendorContent } from './vendor-content.ts'

/** Reads the deltas of a streamed message into events. */
export class DeltaReader {
  readonly #reasoning = new ReasoningReader()
  readonly #calls = createToolCallReader()
  readonly #audio = new AudioReader()
  /** Of tokens whose text has not come yet. */
  #logprobs: unknown[] = []
  #hasText = false
  #hasAnnotations = false

  setResponseId(id: string): void {
    this.#calls.setResponseId(id)
  }

  get hasCalls(): boolean {
    return this.#calls.count() > 0
  }

  /** Throws a ModelError for more than can be held. */
  read(delta: JsonObject, logprobs: unknown): StreamEvent[] {
    const { text } = readVendorContent(delta)
    const refusal = stringOrUndefined(delta['refusal']) ?? ''
    const calls = this.#calls.read(delta)
    const images = decodeImages(delta['images'])
    const annotations = [...decodeAnnotations(delta['annotations']), ...readReferences(delta)]
    const events: StreamEvent[] = this.#reasoning.read(delta)
    this.#audio.read(delta)
    for (const entry of arrayOrEmpty(objectOrEmpty(logprobs)['content'])) this.#logprobs.push(entry)
    const says = text !== '' || refusal !== '' || calls.length > 0 || images.length > 0
    if (says) events.push(...this.#reasoning.close())
    if (text !== '') events.push(this.#text(text))
    for (const annotation of annotations) events.push(this.#annotation(annotation))
    if (refusal !== '') events.push({ type: 'refusal-delta', text: refusal })
    for (const file of images) events.push({ type: 'file', file })
    for (const call of calls) events.push(call)
    return events
  }

  /** What is known only at the end; `sources` are for an answer without annotations. */
  end(sources: readonly Annotation[]): StreamEvent[] {
    const file = this.#audio.file()
    const areWanted = this.#hasText && !this.#hasAnnotations && !this.hasCalls
    return [
      ...this.#reasoning.close(),
      ...(areWanted ? sources.map((source) => this.#annotation(source)) : []),
      ...(file === undefined ? [] : [{ type: 'file' as const, file }]),
    ]
  }

  #text(text: string): StreamEvent {
    this.#hasText = true
    const logprobs = this.#logprobs
    if (logprobs.length === 0) return { type: 'text-delta', text }
    this.#logprobs = []
    return { type: 'text-delta', text, logprobs }
  }

  #annotation(annotation: Annotation): StreamEvent {
    this.#hasAnnotations = true
    return { type: 'annotation', annotation }
  }
}
