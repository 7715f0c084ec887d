import type { Fault } from '../fault.ts'

const cut = { outcome: 'Cut', status: 502, code: 'upstream_stream_cut' } as const
const silence = { outcome: 'Timeout', status: 504, code: 'upstream_timeout' } as const
const server = { outcome: 'ServerError', status: 502 } as const
const begun = { begun: true, status: 200 } as const
const forms = ['stream'] as const

/** Streams. */
export const streamFaults: readonly Fault[] = [
  {
    name: 'empty-stream',
    does: 'Its stream is empty.',
    forms,
    serve: (connection) => connection.stream([]),
    expected: cut,
  },
  {
    name: 'only-pings',
    does: 'Its stream has nothing but pings.',
    forms,
    serve: (connection, { ping }) => connection.stream([ping, ping]),
    expected: cut,
  },
  {
    name: 'pings-for-ever',
    does: 'It sends pings, and never content.',
    forms,
    silent: true,
    serve: (connection, { ping }) => connection.stream([ping, ping, ping], false),
    expected: silence,
  },
  {
    name: 'role-then-end',
    does: 'Its stream ends after the role.',
    forms,
    serve: (connection, { start }) => connection.stream([start]),
    expected: cut,
  },
  {
    name: 'role-then-silence',
    does: 'It sends the role, then nothing.',
    forms,
    silent: true,
    serve: (connection, { start }) => connection.stream([start], false),
    expected: silence,
  },
  {
    name: 'role-then-reset',
    does: 'It breaks the connection off after the role.',
    forms,
    serve: (connection, { start }) => connection.stream([start], false).reset(),
    expected: cut,
  },
  {
    name: 'error-first',
    does: 'Its stream begins with an error.',
    forms,
    serve: (connection, wire) => connection.stream([wire.errorFrame('api_error', 'died')]),
    expected: server,
  },
  {
    name: 'overloaded-first',
    does: 'Its stream begins with the error that it is overloaded.',
    forms,
    serve: (connection, wire) => connection.stream([wire.errorFrame('overloaded_error', 'busy')]),
    expected: { outcome: 'Overloaded', status: 503 },
  },
  {
    name: 'role-then-error',
    does: 'It sends the role, then an error.',
    forms,
    serve: (connection, wire) =>
      connection.stream([wire.start, wire.ping, wire.errorFrame('api_error', 'died')]),
    expected: server,
  },
  {
    name: 'filter-then-error',
    does: 'It sends the results of a filter, then an error.',
    forms,
    serve: (connection, wire) =>
      connection.stream([
        'data: {"choices":[],"prompt_filter_results":[{"prompt_index":0}]}\n\n',
        wire.errorFrame('api_error', 'died'),
      ]),
    expected: server,
  },
  {
    name: 'garbage-first',
    does: 'The first frame of its stream is not JSON.',
    forms,
    serve: (connection) => connection.stream(['data: <html>\n\n']),
    expected: { outcome: 'InvalidAnswer', status: 502, code: 'upstream_invalid_response' },
  },
  {
    name: 'endless-comment',
    does: 'It sends a comment that never ends.',
    forms,
    serve: (connection) => {
      connection.stream([], false)
      connection.repeat(() => connection.chunk(`:${'x'.repeat(16_384)}`))
    },
    expected: { outcome: 'InvalidAnswer', status: 502, code: 'upstream_invalid_response' },
  },
  {
    name: 'error-after-content',
    does: 'It sends content, then an error.',
    forms,
    serve: (connection, wire) =>
      connection.stream([wire.start, wire.content[0], wire.errorFrame('api_error', 'died')]),
    expected: { outcome: 'ServerError', ...begun },
  },
  {
    name: 'cut-after-content',
    does: 'Its stream ends after some content, as if it were complete.',
    forms,
    serve: (connection, { start, content }) => connection.stream([start, content[0]]),
    expected: { outcome: 'Cut', code: 'upstream_stream_cut', ...begun },
  },
  {
    name: 'reset-after-content',
    does: 'It breaks the connection off after some content.',
    forms,
    serve: (connection, { start, content }) =>
      connection.stream([start, content[0]], false).reset(),
    expected: { outcome: 'Cut', code: 'upstream_stream_cut', ...begun },
  },
  {
    name: 'cut-in-a-frame',
    does: 'It breaks off in the middle of a frame.',
    forms,
    serve: (connection, { start, content }) =>
      connection.stream([start, content[0], content[1].slice(0, 25)], false).reset(),
    expected: { outcome: 'Cut', code: 'upstream_stream_cut', ...begun },
  },
  {
    name: 'silence-after-content',
    does: 'It sends content, then nothing but pings.',
    forms,
    silent: true,
    serve: (connection, { start, content, ping }) =>
      connection.stream([start, content[0], ping, ping], false),
    expected: { outcome: 'Timeout', code: 'upstream_timeout', ...begun },
  },
  {
    name: 'open-after-the-end',
    does: 'Its answer is complete, but the connection stays open.',
    forms,
    silent: true,
    serve: (connection, { start, content, end }) =>
      connection.stream([start, ...content, end], false),
    expected: { outcome: 'Success', status: 200 },
  },
  {
    name: 'ends-twice',
    does: 'It says twice that its answer is complete.',
    forms,
    serve: (connection, { start, content, end }) =>
      connection.stream([start, ...content, end, end]),
    expected: { outcome: 'Success', status: 200 },
  },
  {
    name: 'carriage-returns',
    does: 'Its lines end with a carriage return and a line feed.',
    forms,
    serve: (connection, { start, content, end }) =>
      connection.stream([start, ...content, end].map((one) => one.replaceAll('\n', '\r\n'))),
    expected: { outcome: 'Success', status: 200 },
  },
]
