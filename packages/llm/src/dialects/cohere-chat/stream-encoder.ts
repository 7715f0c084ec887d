import type { JsonObject } from '@fairlead/base'
import { ModelError } from '../../errors/model-error.ts'
import type { StreamEncoder } from '../../operations/chat/chat-format.ts'
import type { Usage } from '../../operations/chat/model-response.ts'
import type { StreamEvent } from '../../operations/chat/stream-event.ts'
import { encodeEnd, ownFields } from './answer-end.ts'
import { encodeCitation } from './citations.ts'
import { errorEvent } from './errors.ts'
import { encodeLogprobs } from './logprobs.ts'
import { streamFrame } from './stream-frame.ts'

type Open =
  { readonly kind: 'text' | 'thinking' } | { readonly kind: 'call'; readonly index: number }

/**
 * Writes a stream of `/v2/chat`: https://docs.cohere.com/docs/streaming. Blocks follow one another,
 * so arguments that arrive for a closed call cannot be expressed and end the stream.
 */
export function createStreamEncoder(): StreamEncoder {
  let open: Open | undefined
  let blocks = 0
  let citations = 0
  let usage: Usage | undefined
  let broken = false

  function close(): string {
    if (open === undefined) return ''
    const event =
      open.kind === 'call'
        ? { type: 'tool-call-end', index: open.index }
        : { type: 'content-end', index: blocks - 1 }
    open = undefined
    return streamFrame(event)
  }

  function openBlock(kind: 'text' | 'thinking', isAnother = false): string {
    if (open?.kind === kind && !isAnother) return ''
    const closed = close()
    open = { kind }
    const index = blocks
    blocks += 1
    return closed + delta('content-start', { content: { type: kind, [kind]: '' } }, { index })
  }

  function content(kind: 'text' | 'thinking', text: string, more: JsonObject = {}): string {
    return delta('content-delta', { content: { [kind]: text } }, { index: blocks - 1, ...more })
  }

  function textDelta(event: Extract<StreamEvent, { type: 'text-delta' }>): string {
    const opened = openBlock('text', event.startsPart)
    const written = piecesOf(event).map(({ logprobs, text }) =>
      content('text', text, logprobs === undefined ? {} : { logprobs }),
    )
    return opened + written.join('')
  }

  function cite(citation: unknown): string {
    const index = citations
    citations += 1
    return (
      delta('citation-start', { citations: citation }, { index }) +
      streamFrame({ type: 'citation-end', index })
    )
  }

  return {
    encode(event) {
      if (broken) return ''
      switch (event.type) {
        case 'response-start':
          return delta('message-start', emptyMessage, { id: event.id })
        case 'text-delta':
          return textDelta(event)
        case 'refusal-delta':
          return openBlock('text') + content('text', event.text)
        case 'reasoning-delta':
          return event.summaryPart === undefined
            ? openBlock('thinking') + content('thinking', event.text)
            : close() + delta('tool-plan-delta', { tool_plan: event.text })
        case 'reasoning-end':
          return open?.kind === 'thinking' ? close() : ''
        case 'tool-call-start': {
          const { id, index, name } = event
          const closed = close()
          open = { kind: 'call', index }
          const call = { id, type: 'function', function: { name, arguments: '' } }
          return closed + delta('tool-call-start', { tool_calls: call }, { index })
        }
        case 'tool-call-delta': {
          const { arguments: text, index } = event
          if (open?.kind === 'call' && open.index === index) {
            const call = { function: { arguments: text } }
            return delta('tool-call-delta', { tool_calls: call }, { index })
          }
          broken = true
          return streamFrame(errorEvent(interleavedCalls()))
        }
        case 'annotation':
          return cite(encodeCitation(event.annotation, '', Math.max(0, blocks - 1)))
        case 'file':
        case 'native':
          return ''
        case 'usage':
          usage = event.usage
          return ''
        case 'finish': {
          const { citations: others = [] } = ownFields(event.extras)
          const cited = Array.isArray(others) ? others.map(cite).join('') : ''
          const end = { type: 'message-end', delta: encodeEnd(event, usage) }
          return close() + cited + streamFrame(end)
        }
        case 'error':
          return streamFrame(errorEvent(event.error))
      }
    },
  }
}

/** A delta has the probabilities of one piece: a text of several becomes a delta for each. */
function piecesOf({ logprobs = [], text }: Extract<StreamEvent, { type: 'text-delta' }>): readonly {
  readonly text: string
  readonly logprobs?: unknown
}[] {
  const told = encodeLogprobs(logprobs)
  const [first] = told
  if (first === undefined) return [{ text }]
  const isDivided = told.map((piece) => piece.text).join('') === text
  return isDivided
    ? told.map((piece) => ({ text: piece.text, logprobs: piece }))
    : [{ text, logprobs: first }]
}

const emptyMessage: JsonObject = {
  role: 'assistant',
  content: [],
  tool_plan: '',
  tool_calls: [],
  citations: [],
}

function delta(type: string, message: JsonObject, more: JsonObject = {}): string {
  return streamFrame({ type, ...more, delta: { message } })
}

function interleavedCalls(): ModelError {
  return new ModelError(
    'upstream',
    'The provider interleaved the arguments of several tool calls, which this API cannot express. Send the request without streaming.',
  )
}
