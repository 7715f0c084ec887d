import { type JsonObject, objectOrEmpty, stringOrUndefined } from '@fairlead/base'
import { unwrapSealed } from '../../operations/chat/sealed-text.ts'
import type { StreamEvent } from '../../operations/chat/stream-event.ts'
import { callStart, fileOf, kindOf, nativeItem } from './answer-block.ts'
import { decodeCited } from './decode-content.ts'
import { dialectName } from './dialect-name.ts'

/** Turns whole blocks of an answer into stream events. */
interface ContentReader {
  block(block: JsonObject): StreamEvent[]
  readonly toolCalls: number
}

export function createContentReader(): ContentReader {
  let toolCalls = 0
  /** Whether the last block was text: another one is a part of its own. */
  let afterText = false

  function textEvents(text: string): StreamEvent[] {
    return [{ type: 'text-delta', text, ...(afterText ? { startsPart: true } : {}) }]
  }

  function callEvents(toolUse: JsonObject): StreamEvent[] {
    const index = toolCalls
    toolCalls += 1
    const text = JSON.stringify(toolUse['input'] ?? {})
    return [callStart(toolUse, index), { type: 'tool-call-delta', index, arguments: text }]
  }

  function eventsOf(block: JsonObject): StreamEvent[] {
    switch (kindOf(block)) {
      case 'text':
        return textEvents(stringOrUndefined(block['text']) ?? '')
      case 'cited': {
        const { annotations = [], text } = decodeCited(objectOrEmpty(block['citationsContent']))
        return [
          ...textEvents(text),
          ...annotations.map((annotation): StreamEvent => ({ type: 'annotation', annotation })),
        ]
      }
      case 'reasoning':
        return reasoningEvents(objectOrEmpty(block['reasoningContent']))
      case 'call':
        return callEvents(objectOrEmpty(block['toolUse']))
      case 'answer':
        return textEvents(JSON.stringify(objectOrEmpty(block['toolUse'])['input'] ?? {}))
      case 'image': {
        const file = fileOf(objectOrEmpty(block['image']))
        return [
          file === undefined ? { type: 'native', item: nativeItem(block) } : { type: 'file', file },
        ]
      }
      case 'native':
        return [{ type: 'native', item: nativeItem(block) }]
    }
  }

  return {
    block(block) {
      const events = eventsOf(block)
      const last = events.at(-1)?.type
      afterText = last === 'text-delta' || last === 'annotation'
      return events
    },
    get toolCalls() {
      return toolCalls
    },
  }
}

function reasoningEvents(content: JsonObject): StreamEvent[] {
  const { signature, text } = objectOrEmpty(content['reasoningText'])
  const redacted = stringOrUndefined(content['redactedContent'])
  return [
    ...(typeof text === 'string' && text !== ''
      ? [{ type: 'reasoning-delta' as const, text }]
      : []),
    reasoningEnd(stringOrUndefined(signature) ?? '', redacted ?? ''),
  ]
}

/** Closes a block of thinking with its seals, which may be those of another maker on their way back. */
export function reasoningEnd(signature: string, redacted: string): StreamEvent {
  const ends = [
    ...(signature === '' ? [] : [unwrapSealed(signature, dialectName, 'signature')]),
    ...(redacted === '' ? [] : [unwrapSealed(redacted, dialectName, 'encrypted_content')]),
  ]
  const [first] = ends
  if (first === undefined) return { type: 'reasoning-end' }
  const textOf = (field: string) => ends.find((seal) => seal.field === field)?.text
  const [sealed, encrypted] = [textOf('signature'), textOf('encrypted_content')]
  return {
    type: 'reasoning-end',
    maker: first.maker,
    ...(sealed === undefined ? {} : { signature: sealed }),
    ...(encrypted === undefined ? {} : { encryptedContent: encrypted }),
  }
}
