import type { JsonObject } from '@fairlead/base'
import { jsonLine } from '../../framing/json-lines.ts'
import type { StreamEncoder } from '../../operations/chat/chat-format.ts'
import type { Usage } from '../../operations/chat/model-response.ts'
import type { StreamEvent } from '../../operations/chat/stream-event.ts'
import { encodeEnd } from './answer-end.ts'
import { encodeCitation } from './citations.ts'
import { dialectName } from './dialect-name.ts'
import { encodeMade } from './encode-content.ts'
import { sealsFor } from './encode-response.ts'
import { errorEvent } from './errors.ts'
import { given } from './given.ts'
import { encodeUsage } from './usage.ts'

type OpenKind = 'text' | 'reasoning' | 'call'

/** Writes a stream as lines of its events; `encodeConverseStream` frames them. */
export function createStreamEncoder(): StreamEncoder {
  let index = -1
  let open: OpenKind | undefined
  let usage: Usage | undefined

  function close(): string {
    if (open === undefined) return ''
    open = undefined
    return jsonLine({ contentBlockStop: { contentBlockIndex: index } })
  }

  function begin(kind: OpenKind, start?: JsonObject): string {
    const closed = close()
    open = kind
    index += 1
    if (start === undefined) return closed
    return closed + jsonLine({ contentBlockStart: { start, contentBlockIndex: index } })
  }

  function delta(kind: OpenKind, value: JsonObject, isNew = false): string {
    const opened = open === kind && !isNew ? '' : begin(kind)
    return opened + jsonLine({ contentBlockDelta: { delta: value, contentBlockIndex: index } })
  }

  /** A block that is known as a whole. */
  function block(start: JsonObject, ...deltas: readonly JsonObject[]): string {
    return begin('call', start) + deltas.map((value) => delta('call', value)).join('') + close()
  }

  function native(value: JsonObject): string {
    const { toolResult, toolUse } = value as Partial<Record<string, JsonObject>>
    if (toolUse !== undefined) {
      const { input = {}, ...start } = toolUse
      return block({ toolUse: start }, { toolUse: { input: JSON.stringify(input) } })
    }
    if (toolResult !== undefined) {
      const { content = [], ...start } = toolResult
      return block({ toolResult: start }, { toolResult: content })
    }
    return block(value)
  }

  function file(event: Extract<StreamEvent, { type: 'file' }>): string {
    const made = encodeMade(event.file)
    if (made === undefined) return ''
    const { format, source } = made['image'] as JsonObject
    return block({ image: { format } }, { image: { source } })
  }

  function reasoningEnd(event: Extract<StreamEvent, { type: 'reasoning-end' }>): string {
    const { encryptedContent, maker, signature } = event
    const seals = sealsFor({ maker, signature, encrypted_content: encryptedContent })
    const lines = given({
      signature: seals.signature,
      redactedContent: seals.redacted,
    })
    const texts = Object.entries(lines).map(([name, text]) =>
      delta('reasoning', { reasoningContent: { [name]: text } }),
    )
    return texts.join('') + close()
  }

  return {
    encode(event) {
      switch (event.type) {
        case 'response-start':
          return jsonLine({ messageStart: { role: 'assistant' } })
        case 'text-delta':
          return delta('text', { text: event.text }, event.startsPart === true)
        case 'refusal-delta':
          return delta('text', { text: event.text })
        case 'annotation':
          return delta('text', { citation: encodeCitation(event.annotation) })
        case 'reasoning-delta':
          return delta('reasoning', { reasoningContent: { text: event.text } })
        case 'reasoning-end':
          return reasoningEnd(event)
        case 'tool-call-start': {
          const { extras, id, name } = event
          const own = extras?.dialect === dialectName ? extras.fields : {}
          return begin('call', { toolUse: { ...own, toolUseId: id, name } })
        }
        case 'tool-call-delta':
          return delta('call', { toolUse: { input: event.arguments } })
        case 'file':
          return file(event)
        case 'native':
          return event.item.dialect === dialectName ? native(event.item.block) : ''
        case 'usage':
          usage = event.usage
          return ''
        case 'finish': {
          const { fields, stopReason } = encodeEnd(event)
          const { additionalModelResponseFields, ...told } = fields as JsonObject
          const metadata = { ...(usage && { usage: encodeUsage(usage) }), ...told }
          const stop = given({ stopReason, additionalModelResponseFields })
          return (
            close() +
            jsonLine({ messageStop: stop }) +
            (Object.keys(metadata).length === 0 ? '' : jsonLine({ metadata }))
          )
        }
        case 'error':
          return jsonLine(errorEvent(event.error))
      }
    },
  }
}
