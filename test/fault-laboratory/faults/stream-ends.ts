import type { Expected, Fault } from '../fault.ts'
import type { Reply } from '../reply.ts'

const cut: Expected = { outcome: 'Cut', status: 200, code: 'upstream_stream_cut', begun: true }
const success: Expected = { outcome: 'Success', status: 200 }

/** A stream in which something has been said already. */
function begin(reply: Reply): void {
  reply.openStream()
  reply.chunks(reply.format.opening, reply.format.word('Hello'))
}

/** Streams in which content has come: the answer is the caller's, and no other target is asked. */
export const streamEndFaults: readonly Fault[] = [
  {
    name: 'error-after-content',
    does: 'An error comes after content.',
    only: 'stream',
    act: (reply) => {
      begin(reply)
      reply.chunks(reply.format.errorFrame)
      reply.end()
    },
    expected: {
      outcome: 'ServerError',
      status: 200,
      code: { passed: null, translated: 'upstream_error' },
      begun: true,
    },
  },
  {
    name: 'cut-after-content',
    does: 'It closes the connection after content.',
    only: 'stream',
    act: (reply) => {
      begin(reply)
      reply.close()
    },
    expected: cut,
  },
  {
    name: 'reset-after-content',
    does: 'It resets the connection after content.',
    only: 'stream',
    takesTime: true,
    act: (reply) => {
      begin(reply)
      reply.every(1_000, () => reply.reset())
    },
    expected: cut,
  },
  {
    name: 'cut-in-frame',
    does: 'It closes the connection in the middle of a frame.',
    only: 'stream',
    act: (reply) => {
      begin(reply)
      reply.chunks(reply.format.word('more').slice(0, 30))
      reply.close()
    },
    expected: cut,
  },
  {
    name: 'cut-in-character',
    does: 'It closes the connection in the middle of a character.',
    only: 'stream',
    act: (reply) => {
      begin(reply)
      const frame = Buffer.from(reply.format.word('ö'))
      reply.chunks(frame.subarray(0, frame.indexOf(0xc3) + 1))
      reply.close()
    },
    expected: cut,
  },
  {
    name: 'ends-without-finish',
    does: 'It ends the stream after content, without saying that the answer is complete.',
    only: 'stream',
    act: (reply) => {
      begin(reply)
      reply.end()
    },
    expected: cut,
  },
  {
    name: 'done-without-finish',
    twoEnds: true,
    does: 'It ends the answer without a reason.',
    only: 'stream',
    act: (reply) => {
      begin(reply)
      reply.chunks(reply.format.word(' wörld'), reply.format.done)
      reply.end()
    },
    expected: success,
  },
  {
    name: 'finish-without-done',
    does: 'It gives the reason for its end, and then ends the stream without the frame for it.',
    only: 'stream',
    act: (reply) => {
      begin(reply)
      reply.chunks(reply.format.word(' wörld'), reply.format.finish)
      reply.end()
    },
    expected: success,
    undecodedMessage: {
      outcome: 'Cut',
      status: 200,
      code: 'upstream_stream_cut',
      begun: true,
    },
  },
  {
    name: 'done-and-open',
    does: 'It leaves the stream open after its last frame.',
    only: 'stream',
    takesTime: true,
    act: (reply) => {
      begin(reply)
      reply.chunks(reply.format.word(' wörld'), reply.format.finish, reply.format.done)
    },
    expected: success,
  },
  {
    name: 'done-twice',
    does: 'It ends the answer twice.',
    only: 'stream',
    act: (reply) => {
      begin(reply)
      const { format } = reply
      reply.chunks(format.word(' wörld'), format.finish, format.done, format.done)
      reply.end()
    },
    expected: success,
  },
  {
    name: 'content-after-end',
    does: 'Content comes after the end of the answer.',
    only: 'stream',
    act: (reply) => {
      begin(reply)
      const { format } = reply
      reply.chunks(format.word(' wörld'), format.finish, format.done, format.word('late'))
      reply.end()
    },
    expected: success,
  },
  {
    name: 'garbage-in-stream',
    does: 'A frame after content is no JSON, and the stream goes on.',
    only: 'stream',
    act: (reply) => {
      begin(reply)
      const { format } = reply
      reply.chunks(format.garbage, format.word(' wörld'), format.finish, format.done)
      reply.end()
    },
    expected: {
      outcome: 'InvalidAnswer',
      status: 200,
      code: 'upstream_invalid_response',
      begun: true,
    },
    undecoded: { outcome: 'Success', status: 200, ending: 'Unreadable' },
  },
  {
    name: 'tiny-pieces',
    does: 'It sends its stream byte by byte.',
    only: 'stream',
    act: (reply) => {
      const { format } = reply
      const frames = [format.opening, format.word('Hello'), format.word(' wörld')]
      const bytes = Buffer.from([...frames, format.finish, format.done].join(''))
      reply.openStream()
      for (const byte of bytes) reply.chunks(Buffer.of(byte))
      reply.end()
    },
    expected: success,
  },
]
