import type { JsonObject } from '@fairlead/base'
import { ModelError } from '../../errors/model-error.ts'
import { jsonLine } from '../../framing/json-lines.ts'
import type { StreamEncoder } from '../../operations/chat/chat-format.ts'
import type { Usage } from '../../operations/chat/model-response.ts'
import type { StreamEvent } from '../../operations/chat/stream-event.ts'
import { encodeEnd, encodeTime } from './answer-end.ts'
import type { AnswerForm } from './answer-form.ts'
import { encodeErrorBody } from './errors.ts'
import { writeCall } from './tool-calls.ts'
import { encodeUsage } from './usage.ts'

/** Characters of arguments that are held back, because calls are sent whole. */
const heldCharactersMax = 16 * 1024 * 1024

interface OpenCall {
  readonly id: string
  readonly name: string
  readonly pieces: string[]
}

/** Writes a stream. Calls of tools are sent whole, once nothing can be added to them. */
export function createStreamEncoder(form: AnswerForm, dialect: string): StreamEncoder {
  let head: JsonObject = {}
  let usage: Usage | undefined
  let calls: OpenCall[] = []
  let sentCalls = 0
  let heldCharacters = 0
  let broken = false

  function line(fields: JsonObject): string {
    return jsonLine({ ...head, ...fields })
  }

  function part(fields: Parameters<AnswerForm['write']>[0]): string {
    return line({ ...form.write(fields), done: false })
  }

  function heldCalls(): string {
    if (calls.length === 0) return ''
    const whole = calls.map(({ id, name, pieces }, index) =>
      writeCall({ id, name, arguments: pieces.join('') }, sentCalls + index),
    )
    sentCalls += calls.length
    calls = []
    return part({ calls: whole })
  }

  /** Whether so many more characters may be held. */
  function mayHold(length: number): boolean {
    heldCharacters += length
    broken = heldCharacters > heldCharactersMax
    return !broken
  }

  function begin({ id, name }: Extract<StreamEvent, { type: 'tool-call-start' }>): string {
    if (!mayHold(id.length + name.length)) return jsonLine(encodeErrorBody(tooLong()))
    calls.push({ id, name, pieces: [] })
    return ''
  }

  function hold(event: Extract<StreamEvent, { type: 'tool-call-delta' }>): string {
    if (!mayHold(event.arguments.length)) return jsonLine(encodeErrorBody(tooLong()))
    calls[event.index - sentCalls]?.pieces.push(event.arguments)
    return ''
  }

  return {
    encode(event) {
      if (broken) return ''
      switch (event.type) {
        case 'response-start':
          head = { model: event.model, created_at: encodeTime(event.createdAt) }
          return ''
        case 'text-delta': {
          const { logprobs, text } = event
          const fields = { ...form.write({ text }), done: false }
          return line(logprobs === undefined ? fields : { ...fields, logprobs })
        }
        case 'refusal-delta':
          return part({ text: event.text })
        case 'reasoning-delta':
          return part({ thinking: event.text })
        case 'tool-call-start':
          return begin(event)
        case 'tool-call-delta':
          return hold(event)
        case 'usage':
          usage = event.usage
          return ''
        case 'finish': {
          const end = { ...encodeEnd(event, dialect), ...encodeUsage(usage) }
          return heldCalls() + line({ ...form.write({}), ...end })
        }
        case 'error':
          return jsonLine(encodeErrorBody(event.error))
        case 'annotation':
        case 'file':
        case 'native':
        case 'reasoning-end':
          return ''
      }
    },
  }
}

function tooLong(): ModelError {
  return new ModelError(
    'upstream',
    'The arguments of the tool calls are longer than this API can stream. Send the request without streaming.',
  )
}
