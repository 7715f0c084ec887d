import type { Expected, Fault } from '../fault.ts'
import { words } from '../formats/provider-format.ts'
import type { Reply } from '../reply.ts'

const success: Expected = { outcome: 'Success', status: 200 }

/** The answer that was asked for, as text. */
function textOf({ format, stream }: Reply): string {
  if (!stream) return format.whole(words.join(''))
  return [format.opening, ...words.map((one) => format.word(one)), format.finish, format.done].join(
    '',
  )
}

/** Answers in another form than asked for. */
export const encodingFaults: readonly Fault[] = [
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
