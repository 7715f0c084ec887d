import type { Fault } from '../fault.ts'

const unreachable = { outcome: 'Connect', status: 502, code: 'upstream_unreachable' } as const
const invalid = {
  outcome: 'InvalidAnswer',
  status: 502,
  code: 'upstream_invalid_response',
} as const
const cut = { outcome: 'Cut', status: 502, code: 'upstream_stream_cut' } as const
const silence = { outcome: 'Timeout', status: 504, code: 'upstream_timeout' } as const

/** The connection, and the head of the response. */
export const connectionFaults: readonly Fault[] = [
  {
    name: 'refused-connection',
    does: 'Nothing listens at its address.',
    address: 'http://127.0.0.1:1/v1',
    serve: () => {},
    expected: unreachable,
  },
  {
    name: 'no-such-host',
    does: 'Its host name has no address.',
    address: 'http://nowhere.invalid/v1',
    serve: () => {},
    expected: unreachable,
  },
  {
    name: 'no-tls',
    does: 'It speaks plain HTTP where TLS is expected.',
    address: 'tls',
    atAccept: true,
    serve: (connection) => connection.send('HTTP/1.1 400 Bad Request\r\n\r\n').close(),
    expected: unreachable,
  },
  {
    name: 'closed-at-once',
    does: 'It closes every connection as soon as it is accepted.',
    atAccept: true,
    serve: (connection) => connection.close(),
    expected: unreachable,
  },
  {
    name: 'closed-without-answer',
    does: 'It closes the connection when the request has come.',
    serve: (connection) => connection.close(),
    expected: unreachable,
  },
  {
    name: 'silent-before-head',
    does: 'It takes the request and sends nothing.',
    silent: true,
    serve: () => {},
    expected: silence,
  },
  {
    name: 'half-a-head',
    does: 'It sends half a head, then nothing.',
    silent: true,
    serve: (connection) => connection.send('HTTP/1.1 200 OK\r\nContent-Ty'),
    expected: silence,
  },
  {
    name: 'silent-after-head',
    does: 'It sends a head, then nothing.',
    silent: true,
    serve: (connection, _wire, form) =>
      form === 'stream'
        ? connection.head(200, 'Content-Type: text/event-stream', 'Transfer-Encoding: chunked')
        : connection.head(200, 'Content-Type: application/json', 'Content-Length: 10'),
    expected: silence,
  },
  {
    name: 'endless-early-responses',
    does: 'It sends 100 Continue for ever.',
    silent: true,
    serve: (connection) =>
      connection.repeat(() => connection.send('HTTP/1.1 100 Continue\r\n\r\n')),
    expected: silence,
  },
  {
    name: 'no-status-line',
    does: 'Its status line is not HTTP.',
    serve: (connection) => connection.send('SSH-2.0-OpenSSH_9.6\r\n\r\n'),
    expected: invalid,
  },
  {
    name: 'head-too-large',
    does: 'Its head is larger than a megabyte.',
    serve: (connection) => connection.head(200, `X-Large: ${'x'.repeat(1024 * 1024)}`),
    expected: invalid,
  },
  {
    name: 'two-lengths',
    does: 'It sends two different lengths.',
    serve: (connection) =>
      connection.head(200, 'Content-Length: 3', 'Content-Length: 5').send('abc'),
    expected: invalid,
  },
  {
    name: 'length-and-chunks',
    does: 'It sends a length and chunks, so that the body can be read in two ways.',
    serve: (connection) =>
      connection.head(200, 'Content-Length: 3', 'Transfer-Encoding: chunked').send('0\r\n\r\n'),
    expected: invalid,
  },
  {
    name: 'broken-chunk',
    does: 'The size of a chunk is not a number.',
    serve: (connection) =>
      connection
        .head(200, 'Content-Type: application/json', 'Transfer-Encoding: chunked')
        .send('zz\r\nxx'),
    expected: cut,
  },
  {
    name: 'shorter-than-declared',
    does: 'It closes before the length that it declared.',
    forms: ['whole'],
    serve: (connection, { answer }) =>
      connection
        .head(200, 'Content-Type: application/json', `Content-Length: ${answer.length + 100}`)
        .send(answer)
        .reset(),
    expected: cut,
  },
  {
    name: 'bytes-after-the-end',
    does: 'It sends bytes after the end of its answer.',
    forms: ['whole'],
    serve: (connection, { answer }) => connection.respond(200, answer).send('surplus'),
    expected: { outcome: 'Success', status: 200 },
  },
]
