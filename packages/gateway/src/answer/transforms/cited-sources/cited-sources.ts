import {
  chatFormatOf,
  type Dialect,
  type ModelResponse,
  openAiChat,
  type StreamEncoder,
  type StreamEvent,
} from '@fairlead/llm'
import type { AnswerPiece, AnswerStream } from '../../answer-stream.ts'
import type { AnswerTransformer } from '../../answer-transform.ts'
import { ChangedAnswer } from '../../changed-answer.ts'
import { CitationReader, type Sources } from './citation-reader.ts'

/**
 * Adds an annotation wherever an answer names a source of the prompt, right behind the text that does.
 * The text stays as it is; a number that is no source's is left alone. An answer that was given before
 * has its annotations already.
 *
 * Where nothing is added, a whole answer passes as its provider sent it. So does a stream of Chat
 * Completions, which only gains frames; others are written anew, as their ends repeat annotations.
 */
export const citedSources: AnswerTransformer = {
  name: 'cited-sources',
  transformFor({ citable, earlier }) {
    if (citable.size === 0 || earlier !== undefined) return undefined
    return {
      name: 'cited-sources',
      takes: 'both',
      apply: (answer) => new CitingAnswer(answer, citable),
    }
  },
}

const noBytes = Buffer.alloc(0)

/** Where the first frame begins that ends a choice, or the stream. Quotes within texts are escaped. */
const endOfChoice = /data: ?(?:\[DONE\]|[^\n]*"finish_reason":\s*"[^"])/

class CitingAnswer extends ChangedAnswer {
  readonly #answer: AnswerStream
  readonly #frames: AnnotationFrames | undefined

  constructor(answer: AnswerStream, sources: Sources) {
    super(answer, new CitationReader(sources))
    this.#answer = answer
    if (!answer.isWhole && answer.dialect === openAiChat) this.#frames = new AnnotationFrames()
  }

  override get dialect(): Dialect | undefined {
    return this.#passes ? this.#answer.dialect : undefined
  }

  override get rest(): Buffer {
    return this.#passes ? this.#answer.rest : noBytes
  }

  override get byteLength(): number | undefined {
    return this.#answer.isWhole && this.#passes ? this.#answer.byteLength : undefined
  }

  override async next(): Promise<AnswerPiece | undefined> {
    const sent = await this.#answer.next()
    if (sent === undefined) return undefined
    const changed = this.changed(sent)
    if (!this.#passes) return changed
    const bytes = this.#frames?.within(sent, changed.events()) ?? sent.bytes
    return { bytes, events: () => changed.events() }
  }

  get #passes(): boolean {
    if (!this.#answer.isWhole) return this.#frames !== undefined
    return this.#answer.dialect !== undefined && !hasMore(this.response(), this.#answer.response())
  }
}

/** Whether annotations were added: otherwise every item is the very same. */
function hasMore(changed: ModelResponse, response: ModelResponse): boolean {
  return changed.output.some((item, index) => item !== response.output[index])
}

/** The frames that tell annotations of a stream of Chat Completions. */
class AnnotationFrames {
  /** Writes the whole stream, of which only these frames are sent: it knows where texts begin. */
  readonly #encoder: StreamEncoder = chatFormatOf(openAiChat).createStreamEncoder({
    includeUsage: false,
    hidesSeals: false,
    heldBytesMax: 0,
  })

  /** Frames of a stream with those of annotations that were added; in front of those that end it. */
  within(sent: AnswerPiece, events: readonly StreamEvent[]): Buffer {
    const known = new Set(sent.events())
    let added = ''
    for (const event of events) {
      if (event.type === 'finish' || event.type === 'error') continue
      const frame = this.#encoder.encode(event)
      if (event.type === 'annotation' && !known.has(event)) added += frame
    }
    if (added === '') return sent.bytes
    const frames = Buffer.from(added)
    const at = sent.bytes.toString('latin1').search(endOfChoice)
    if (at === -1) return Buffer.concat([sent.bytes, frames])
    return Buffer.concat([sent.bytes.subarray(0, at), frames, sent.bytes.subarray(at)])
  }
}
