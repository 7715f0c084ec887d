import { gzipSync } from 'node:zlib'
import type { Fault, Form } from '../fault.ts'
import type { Connection } from '../faulty-upstream.ts'
import type { Wire } from '../wire.ts'

const invalid = {
  outcome: 'InvalidAnswer',
  status: 502,
  code: 'upstream_invalid_response',
} as const
const success = { outcome: 'Success', status: 200 } as const
const html = '<!doctype html><html><body>Hello</body></html>'

/** Made once: it takes its time, and deadlines run meanwhile. */
const bomb = gzipSync(Buffer.alloc(64 * 1024 * 1024))

/** Bodies with status 200 that are no answer, or another than was asked for. */
export const answerFaults: readonly Fault[] = [
  {
    name: 'empty-body',
    does: 'It answers 200 without a body.',
    forms: ['whole'],
    serve: (connection) => connection.respond(200, ''),
    expected: invalid,
  },
  {
    name: 'no-content',
    does: 'It answers 204.',
    forms: ['whole'],
    serve: (connection) => connection.head(204),
    expected: invalid,
  },
  {
    name: 'page',
    does: 'It answers 200 with an HTML page.',
    serve: (connection) => connection.respond(200, html, 'Content-Type: text/html'),
    expected: invalid,
  },
  {
    name: 'half-json',
    does: 'It answers with half a JSON value.',
    serve: (connection, { answer }) => connection.respond(200, answer.slice(0, 40)),
    expected: invalid,
  },
  {
    name: 'json-array',
    does: 'It answers with a JSON array.',
    serve: (connection, { answer }) => connection.respond(200, `[${answer}]`),
    expected: invalid,
  },
  {
    name: 'other-json',
    does: 'It answers with JSON that is no answer.',
    serve: (connection) => connection.respond(200, '{"status":"ok"}'),
    expected: invalid,
  },
  {
    name: 'error-in-200',
    does: 'It answers 200 with an error.',
    serve: (connection, wire) =>
      connection.respond(200, wire.errorBody('api_error', 'Provider returned error')),
    expected: { outcome: 'ServerError', status: 502 },
  },
  {
    name: 'limit-in-200',
    does: 'It answers 200 with an error that says that the key is limited.',
    serve: (connection, wire) =>
      connection.respond(200, wire.errorBody('rate_limit_error', 'slow down', 429)),
    expected: { outcome: 'RateLimited', status: 429 },
  },
  {
    name: 'json-for-a-stream',
    does: 'It answers with JSON where a stream was asked for.',
    forms: ['stream'],
    serve: (connection, { answer }) => connection.respond(200, answer),
    expected: success,
  },
  {
    name: 'stream-for-json',
    does: 'It answers with a stream where JSON was asked for.',
    forms: ['whole'],
    serve: (connection, { start, content, end }) => connection.stream([start, ...content, end]),
    expected: success,
  },
  {
    name: 'stream-of-another-type',
    does: 'Its stream has the Content-Type text/plain.',
    forms: ['stream'],
    serve: (connection, { start, content, end }) =>
      connection.respond(200, start + content.join('') + end, 'Content-Type: text/plain'),
    expected: success,
  },
  {
    name: 'blank-then-answer',
    does: 'It sends blanks while it works, then the answer.',
    forms: ['whole'],
    serve: (connection, { answer }) => connection.respond(200, ` \n \n${answer}`),
    expected: success,
  },
  {
    name: 'compressed-unasked',
    does: 'It compresses its answer, though it was not asked to.',
    serve: (connection, wire, form) => compressed(connection, gzipSync(bodyOf(wire, form)), form),
    expected: success,
  },
  {
    name: 'corrupt-compression',
    does: 'It compresses unasked, and the bytes are corrupt.',
    serve: (connection, wire, form) =>
      compressed(connection, gzipSync(bodyOf(wire, form)).fill(0, 10, 30), form),
    expected: invalid,
  },
  {
    name: 'compression-bomb',
    does: 'It compresses 64 MiB of nothing into some kilobytes.',
    forms: ['whole'],
    serve: (connection, _wire, form) => compressed(connection, bomb, form),
    expected: invalid,
  },
]

function bodyOf({ answer, start, content, end }: Wire, form: Form): string {
  return form === 'whole' ? answer : start + content.join('') + end
}

function compressed(connection: Connection, bytes: Buffer, form: Form): void {
  connection
    .head(
      200,
      `Content-Type: ${form === 'whole' ? 'application/json' : 'text/event-stream'}`,
      'Content-Encoding: gzip',
      `Content-Length: ${bytes.length}`,
    )
    .send(bytes)
}
