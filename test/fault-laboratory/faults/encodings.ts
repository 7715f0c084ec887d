import { gzipSync } from 'node:zlib'
import type { Expected, Fault } from '../fault.ts'
import { words } from '../formats/provider-format.ts'
import type { Reply } from '../reply.ts'

const invalid: Expected = {
  outcome: 'InvalidAnswer',
  status: 502,
  code: 'upstream_invalid_response',
}
const success: Expected = { outcome: 'Success', status: 200 }
/** Made once, as it takes its time. */
const bomb = gzipSync(Buffer.alloc(64 * 1024 * 1024, ' '))

function typeOf(reply: Reply): string {
  return reply.stream ? 'text/event-stream' : 'application/json'
}

/** The answer that was asked for, as text. */
function textOf({ format, stream }: Reply): string {
  if (!stream) return format.whole(words.join(''))
  return [format.opening, ...words.map((one) => format.word(one)), format.finish, format.done].join(
    '',
  )
}

/** Answers that are encoded or named otherwise than asked for. */
export const encodingFaults: readonly Fault[] = [
  {
    name: 'gzip',
    does: 'It compresses, though it was not asked to.',
    act: (reply) =>
      reply.respond(200, typeOf(reply), gzipSync(textOf(reply)), { 'content-encoding': 'gzip' }),
    expected: success,
  },
  {
    name: 'gzip-corrupt',
    does: 'It says that it compresses, and sends something else.',
    act: (reply) =>
      reply.respond(200, typeOf(reply), textOf(reply), { 'content-encoding': 'gzip' }),
    expected: invalid,
  },
  {
    name: 'gzip-broken',
    does: 'It compresses, and bytes are lost in the middle.',
    act: (reply) =>
      reply.respond(200, typeOf(reply), gzipSync(textOf(reply)).fill(0, 10, 30), {
        'content-encoding': 'gzip',
      }),
    expected: invalid,
  },
  {
    name: 'gzip-bomb',
    does: 'It sends 64 MB of spaces, compressed.',
    act: (reply) => reply.respond(200, typeOf(reply), bomb, { 'content-encoding': 'gzip' }),
    expected: invalid,
  },
  {
    name: 'unknown-encoding',
    does: 'It names an encoding that does not exist.',
    act: (reply) =>
      reply.respond(200, typeOf(reply), textOf(reply), { 'content-encoding': 'rot13' }),
    expected: invalid,
  },
  {
    name: 'carriage-returns',
    does: 'The lines of its stream end with a carriage return and a line feed.',
    only: 'stream',
    act: (reply) => reply.respond(200, 'text/event-stream', textOf(reply).replaceAll('\n', '\r\n')),
    expected: success,
  },
  {
    name: 'blanks-then-answer',
    does: 'It sends blanks while it works, and then the answer.',
    only: 'whole',
    act: (reply) => reply.respond(200, 'application/json', ` \n \n${textOf(reply)}`),
    expected: success,
  },
  {
    name: 'stream-called-text',
    does: 'It calls its stream text/plain.',
    only: 'stream',
    act: (reply) => reply.respond(200, 'text/plain', textOf(reply)),
    expected: success,
  },
  {
    name: 'json-for-stream',
    does: 'It answers with JSON where a stream was asked for.',
    only: 'stream',
    act: (reply) => reply.respond(200, 'application/json', reply.format.whole(words.join(''))),
    expected: success,
  },
  {
    name: 'stream-for-json',
    does: 'It answers with a stream where JSON was asked for.',
    only: 'whole',
    act: (reply) => {
      const { format } = reply
      reply.streamOf(
        format.opening,
        ...words.map((one) => format.word(one)),
        format.finish,
        format.done,
      )
    },
    expected: success,
  },
]
