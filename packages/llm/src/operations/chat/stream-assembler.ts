import type { Item } from './item.ts'
import { ModelError } from '../../errors/model-error.ts'
import type { ModelResponse, Usage } from './model-response.ts'
import type { StreamEvent } from './stream-event.ts'
import { AnswerOutput } from './answer-output.ts'

/** What an item or a part of one counts beside its text: about what it takes in memory. */
const itemBytes = 100

/** Two of these in a row are two items or parts. */
const startsAnew: ReadonlySet<StreamEvent['type']> = new Set([
  'annotation',
  'file',
  'native',
  'tool-call-start',
])

export interface StreamAssembler {
  /**
   * Takes the next event. False if the answer would become longer than `bytesMax`: this event and
   * all later ones are left out.
   */
  push(event: StreamEvent): boolean
  /** UTF-8 bytes of all text so far, and about 100 for each item and part. */
  readonly byteLength: number
  /**
   * The whole answer. Throws the stream's own error, or a ModelError of kind `upstream` if the
   * stream did not finish.
   */
  response(): ModelResponse
  /** Everything received so far, finished or not; open items have the status `incomplete`. */
  partial(): Item[]
}

/**
 * Assembles stream events into the answer. Consecutive deltas of one kind are joined. `bytesMax`
 * bounds what is kept; without it nothing does, which is for answers that are bounded elsewhere.
 */
export function createStreamAssembler(
  options: { readonly bytesMax?: number } = {},
): StreamAssembler {
  const { bytesMax = Number.POSITIVE_INFINITY } = options
  const output = new AnswerOutput()
  let byteLength = 0
  let lastType: StreamEvent['type'] | undefined
  let start: Extract<StreamEvent, { type: 'response-start' }> | undefined
  let finish: Extract<StreamEvent, { type: 'finish' }> | undefined
  let usage: Usage | undefined
  let error: ModelError | undefined

  return {
    push(event) {
      const continues = event.type === lastType && !('startsPart' in event)
      byteLength += textBytes(event) + (continues ? 0 : itemBytes)
      lastType = startsAnew.has(event.type) ? undefined : event.type
      if (byteLength > bytesMax) return false
      switch (event.type) {
        case 'response-start':
          start = event
          break
        case 'usage':
          usage = event.usage
          break
        case 'finish':
          finish = event
          break
        case 'error':
          error = event.error
          break
        default:
          output.push(event)
          break
      }
      return true
    },
    get byteLength() {
      return byteLength
    },
    response() {
      if (error !== undefined) throw error
      if (start === undefined || finish === undefined) {
        throw new ModelError(
          'upstream',
          'The provider ended its stream before the answer was complete.',
        )
      }
      const { finishReason, endsOddly, serviceTier, stopSequence, extras } = finish
      return {
        id: start.id,
        model: start.model,
        createdAt: start.createdAt,
        output: output.items('completed'),
        finishReason,
        ...(endsOddly === undefined ? {} : { endsOddly }),
        ...(usage === undefined ? {} : { usage }),
        ...(stopSequence === undefined ? {} : { stopSequence }),
        ...(serviceTier === undefined ? {} : { serviceTier }),
        ...(extras === undefined ? {} : { extras }),
      }
    },
    partial: () => output.items(finish === undefined ? 'incomplete' : 'completed'),
  }
}

function textBytes(event: StreamEvent): number {
  switch (event.type) {
    case 'text-delta':
      return (
        Buffer.byteLength(event.text) +
        (event.logprobs === undefined ? 0 : jsonBytes(event.logprobs))
      )
    case 'refusal-delta':
    case 'reasoning-delta':
      return Buffer.byteLength(event.text)
    case 'annotation':
      return jsonBytes(event.annotation)
    case 'reasoning-end':
      return Buffer.byteLength(`${event.signature ?? ''}${event.encryptedContent ?? ''}`)
    case 'tool-call-start':
      return (
        Buffer.byteLength(`${event.id}${event.name}${event.signature ?? ''}`) +
        (event.extras === undefined ? 0 : jsonBytes(event.extras))
      )
    case 'tool-call-delta':
      return Buffer.byteLength(event.arguments)
    case 'file':
      return event.file.data.length
    case 'native':
      return jsonBytes(event.item.block)
    default:
      return 0
  }
}

function jsonBytes(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value))
}
