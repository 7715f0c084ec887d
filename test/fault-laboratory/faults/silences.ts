import { anthropicMessages } from '../formats/anthropic-messages.ts'
import type { Expected, Fault } from '../fault.ts'

const timeout: Expected = { outcome: 'Timeout', status: 504, code: 'upstream_timeout' }
const secondMs = 1_000

/** What keeps a call waiting. */
export const silenceFaults: readonly Fault[] = [
  {
    name: 'silent',
    does: 'It reads the request and says nothing.',
    takesTime: true,
    act: () => {},
    expected: timeout,
  },
  {
    name: 'slow-head',
    does: 'It sends its head a byte a second, for ever.',
    takesTime: true,
    act: (reply) => {
      reply.write('HTTP/1.1 200 OK\r\nx-slow: ')
      reply.every(secondMs, () => reply.write('x'))
    },
    expected: timeout,
  },
  {
    name: 'head-then-silence',
    does: 'It sends its head and nothing more.',
    takesTime: true,
    act: (reply) => {
      if (reply.stream) reply.openStream()
      else reply.head(200, { 'content-type': 'application/json', 'content-length': '100' })
    },
    expected: timeout,
  },
  {
    name: 'spaces-for-ever',
    does: 'It sends a space a second in place of an answer.',
    only: 'whole',
    takesTime: true,
    act: (reply) => {
      reply.head(200, { 'content-type': 'application/json', 'transfer-encoding': 'chunked' })
      reply.every(secondMs, () => reply.chunks(' '))
    },
    expected: timeout,
  },
  {
    name: 'half-then-silence',
    does: 'It sends half of its answer and nothing more.',
    only: 'whole',
    takesTime: true,
    act: (reply) => {
      reply.head(200, { 'content-type': 'application/json', 'content-length': '100000' })
      reply.write(reply.format.whole('Hello').slice(0, 40))
    },
    expected: timeout,
  },
  {
    name: 'pings-for-ever',
    does: 'It sends a ping a second, and no content.',
    only: 'stream',
    takesTime: true,
    act: (reply) => {
      reply.openStream()
      reply.every(secondMs, () => reply.chunks(reply.format.ping))
    },
    expected: timeout,
  },
  {
    name: 'role-then-silence',
    does: 'It announces an answer and says nothing.',
    only: 'stream',
    takesTime: true,
    act: (reply) => {
      reply.openStream()
      reply.chunks(reply.format.opening)
    },
    expected: timeout,
  },
  {
    name: 'stalls',
    does: 'It stalls after some content, with a ping every second.',
    only: 'stream',
    takesTime: true,
    act: (reply) => {
      reply.openStream()
      reply.chunks(reply.format.opening, reply.format.word('Hello'))
      reply.every(secondMs, () => reply.chunks(reply.format.ping))
    },
    expected: { ...timeout, status: 200, begun: true },
  },
  {
    name: 'endless-stream',
    does: 'It sends a word a second and does not end.',
    only: 'stream',
    takesTime: true,
    act: (reply) => {
      reply.openStream()
      reply.chunks(reply.format.opening)
      reply.every(secondMs, () => reply.chunks(reply.format.word('more ')))
    },
    expected: { ...timeout, status: 200, begun: true },
  },
  {
    name: 'thinks-long',
    does: 'Its model thinks for long without showing the text, with a ping every second; then it answers.',
    only: 'stream',
    formats: ['Anthropic'],
    takesTime: true,
    act: (reply) => {
      const { format } = reply
      const event = (type: string, fields: object) =>
        `event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`
      const [start = ''] = anthropicMessages.opening.split('event: content_block_start')
      reply.openStream()
      reply.chunks(
        start,
        event('content_block_start', {
          index: 0,
          content_block: { type: 'thinking', thinking: '', signature: '' },
        }),
      )
      let pings = 0
      reply.every(secondMs, () => {
        pings += 1
        if (pings < 12) return reply.chunks(format.ping)
        if (pings > 12) return
        reply.chunks(
          event('content_block_delta', {
            index: 0,
            delta: { type: 'signature_delta', signature: 'c2lnbmF0dXJl' },
          }),
          event('content_block_stop', { index: 0 }),
          event('content_block_start', { index: 1, content_block: { type: 'text', text: '' } }),
          ...['Hello', ' wörld'].map((text) =>
            event('content_block_delta', { index: 1, delta: { type: 'text_delta', text } }),
          ),
          event('content_block_stop', { index: 1 }),
          event('message_delta', {
            delta: { stop_reason: 'end_turn', stop_sequence: null },
            usage: { output_tokens: 2 },
          }),
          format.done,
        )
        reply.end()
      })
    },
    expected: { outcome: 'Success', status: 200 },
  },
]
