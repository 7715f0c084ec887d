import type { Expected, Fault } from '../fault.ts'

const invalid: Expected = {
  outcome: 'InvalidAnswer',
  status: 502,
  code: 'upstream_invalid_response',
}
const cut: Expected = { outcome: 'Cut', status: 502, code: 'upstream_stream_cut' }
const timeout: Expected = { outcome: 'Timeout', status: 504, code: 'upstream_timeout' }
const text = 'content-type: application/json\r\n'

/** Responses that break the rules of HTTP. */
export const messageFaults: readonly Fault[] = [
  {
    name: 'bad-status-line',
    does: 'It answers with a line that is no status line.',
    act: (reply) => reply.write('HTTP/1.1 OK\r\n\r\n'),
    expected: invalid,
  },
  {
    name: 'other-protocol',
    does: 'It answers in another protocol and waits.',
    takesTime: true,
    act: (reply) => reply.write('-ERR unknown command\r\n'),
    expected: timeout,
  },
  {
    name: 'interim-flood',
    does: 'It sends interim responses (102) without end.',
    takesTime: true,
    act: (reply) => reply.flood(() => reply.write('HTTP/1.1 102 Processing\r\n\r\n')),
    expected: timeout,
  },
  {
    name: 'head-too-large',
    does: 'It sends a head of a megabyte.',
    act: (reply) => reply.head(200, { 'x-large': 'x'.repeat(1024 * 1024) }),
    expected: invalid,
  },
  {
    name: 'two-lengths',
    does: 'It declares both Content-Length and Transfer-Encoding.',
    act: (reply) =>
      reply.write(
        `HTTP/1.1 200 OK\r\n${text}content-length: 2\r\ntransfer-encoding: chunked\r\n\r\n`,
      ),
    expected: invalid,
  },
  {
    name: 'different-lengths',
    does: 'It declares two different lengths.',
    act: (reply) =>
      reply.write(`HTTP/1.1 200 OK\r\n${text}content-length: 2\r\ncontent-length: 3\r\n\r\n{}`),
    expected: invalid,
  },
  {
    name: 'negative-length',
    does: 'Its Content-Length is no length.',
    act: (reply) => reply.write(`HTTP/1.1 200 OK\r\n${text}content-length: -5\r\n\r\n`),
    expected: invalid,
  },
  {
    name: 'length-too-long',
    does: 'It closes before as many bytes have come as it declared.',
    only: 'whole',
    act: (reply) => {
      reply.head(200, { 'content-type': 'application/json', 'content-length': '100000' })
      reply.write(reply.format.whole('Hello'))
      reply.close()
    },
    expected: cut,
  },
  {
    name: 'length-too-short',
    does: 'Its body is longer than it declared.',
    only: 'whole',
    act: (reply) => {
      reply.head(200, { 'content-type': 'application/json', 'content-length': '20' })
      reply.write(reply.format.whole('Hello'))
    },
    expected: invalid,
  },
  {
    name: 'bytes-after-end',
    does: 'It sends bytes after the end of its answer.',
    act: (reply) => {
      reply.answer()
      reply.write('what nobody asked for')
    },
    expected: { outcome: 'Success', status: 200 },
  },
  {
    name: 'chunked-cut',
    does: 'It closes in the middle of a chunked body.',
    only: 'whole',
    act: (reply) => {
      reply.head(200, { 'content-type': 'application/json', 'transfer-encoding': 'chunked' })
      reply.chunks('{"id":')
      reply.close()
    },
    expected: cut,
  },
  {
    name: 'chunk-size-garbage',
    does: 'The size of a chunk is no number.',
    act: (reply) => {
      reply.head(200, {
        'content-type': reply.stream ? 'text/event-stream' : 'application/json',
        'transfer-encoding': 'chunked',
      })
      reply.write('zz\r\n{}\r\n')
    },
    expected: cut,
  },
]
