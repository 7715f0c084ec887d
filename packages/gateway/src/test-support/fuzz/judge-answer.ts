import { isJsonObject } from '@fairlead/base'
import { upstreamObjection } from './fuzz-upstream.ts'
import type { FuzzAnswer } from './send-case.ts'

/** An error says what is wrong in at most 4,096 characters, and what is around them. */
const errorBytesMax = 4096 + 512

/**
 * What is wrong with an answer to any request whatsoever, given that all providers are well;
 * undefined: nothing.
 */
export function faultOf({ status, headers, body }: FuzzAnswer): string | undefined {
  if (status >= 500) return `status ${status}: ${body.toString('utf8').slice(0, 500)}`
  const text = utf8(body)
  if (text === undefined) return `status ${status} with a body that is no UTF-8`
  if (headers['content-type']?.startsWith('text/event-stream')) return faultOfStream(status, text)
  if (headers['content-type']?.startsWith('application/x-ndjson')) {
    return faultOfLines(status, text)
  }
  if (headers['content-type']?.startsWith('application/jsonl')) return faultOfJsonLines(text)
  const value = parsed(text)
  if (Array.isArray(value)) return faultOfList(value)
  if (!isJsonObject(value)) return `status ${status} with a body that is no JSON object`
  if (status < 300) return undefined
  // What passed to a provider of the caller's own dialect is the caller's to answer for.
  const passed = value['type'] === 'error' && headers['x-fairlead-provider'] === 'default/anthropic'
  return faultOfError(status, text, value['error'], passed)
}

function faultOfStream(status: number, text: string): string | undefined {
  if (status !== 200) return `a stream with status ${status}`
  if (text.startsWith('event: message_start')) return faultOfMessageStream(text)
  const frames = text.split(/\r?\n\r?\n/)
  if (text.startsWith('event: response.')) return faultOfResponses(frames)
  const isEnd = (frame = '') => frame === 'data: [DONE]' || frame.includes('"finishReason":"')
  if (frames.pop() !== '' || !isEnd(frames.at(-1))) return 'a stream without its end'
  if (frames.at(-1) === 'data: [DONE]') frames.pop()
  const broken = frames.find((frame) => !isJsonObject(parsed(frame.replace(/^data: /, ''))))
  if (broken !== undefined) return `a stream with the frame ${broken.slice(0, 200)}`
  return frames.some((frame) => frame.startsWith('data: {"error"'))
    ? `a stream with an error: ${text.slice(-500)}`
    : undefined
}

function faultOfJsonLines(text: string): string | undefined {
  const lines = text.split('\n')
  if (lines.pop() !== '') return 'JSON lines without the end of the last'
  return lines.every((line) => isJsonObject(parsed(line)))
    ? undefined
    : 'JSON lines with one that is no object'
}

function faultOfLines(status: number, text: string): string | undefined {
  if (status !== 200) return `a stream with status ${status}`
  const lines = text.split('\n')
  if (lines.pop() !== '') return 'a stream without the end of its last line'
  const values = lines.map(parsed)
  if (!values.every(isJsonObject)) return 'a stream with a line that is no JSON object'
  if (values.at(-1)?.['done'] !== true) return `a stream without its end: ${text.slice(-500)}`
  return undefined
}

/** A stream of Responses, whose events have names, and whose last one is its end. */
function faultOfResponses(frames: string[]): string | undefined {
  if (frames.pop() !== '') return 'a stream with half a frame'
  const names = frames.map((frame) => /^event: (\S+)\ndata: /.exec(frame)?.[1])
  const broken = frames.find((frame) => !isJsonObject(parsed(frame.replace(/^.*\ndata: /, ''))))
  if (broken !== undefined) return `a stream with the frame ${broken.slice(0, 200)}`
  const end = names.at(-1)
  return end === 'response.completed' || end === 'response.incomplete'
    ? undefined
    : `a stream that ends with ${end}`
}

function faultOfMessageStream(text: string): string | undefined {
  const frames = text.split('\n\n')
  const ending = 'event: message_stop\ndata: {"type":"message_stop"}'
  if (frames.pop() !== '' || frames.at(-1) !== ending) return 'a stream without its end'
  const broken = frames.find((frame) => {
    const [, type, data] = /^event: (\w+)\ndata: (.*)$/.exec(frame) ?? []
    const event = parsed(data ?? '')
    return !isJsonObject(event) || event['type'] !== type || type === 'error'
  })
  return broken === undefined ? undefined : `a stream with the frame ${broken.slice(0, 500)}`
}

/** Google's stream without `alt=sse`. */
function faultOfList(pieces: readonly unknown[]): string | undefined {
  const last = pieces.at(-1)
  if (!isJsonObject(last)) return 'a list without an end'
  return 'error' in last
    ? `a stream with an error: ${JSON.stringify(last).slice(0, 500)}`
    : undefined
}

function faultOfError(
  status: number,
  text: string,
  error: unknown,
  passed: boolean,
): string | undefined {
  // Ollama's errors are a message and nothing else.
  if (typeof error === 'string') return faultOfMessage(status, text, error, passed)
  if (!isJsonObject(error)) return `status ${status} without an error`
  const { message, type = error['status'] } = error
  if (typeof message !== 'string' || message === '') return `status ${status} without a message`
  if (typeof type !== 'string' || type === '') return `status ${status} without a type`
  return faultOfMessage(status, text, message, passed)
}

function faultOfMessage(
  status: number,
  text: string,
  message: string,
  passed: boolean,
): string | undefined {
  if (!passed && message.includes(upstreamObjection)) return message
  if (text.length > errorBytesMax) return `status ${status} with ${text.length} characters`
  return message.isWellFormed() ? undefined : `status ${status} with a lone surrogate`
}

function utf8(bytes: Buffer): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return undefined
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
