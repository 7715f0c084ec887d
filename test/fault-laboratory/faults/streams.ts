import type { Expected, Fault } from '../fault.ts'

const serverError: Expected = { outcome: 'ServerError', status: 502, code: 'upstream_error' }
const cut: Expected = { outcome: 'Cut', status: 502, code: 'upstream_stream_cut' }

const filterResults = `data: ${JSON.stringify({
  id: '',
  object: '',
  created: 0,
  model: '',
  choices: [],
  prompt_filter_results: [{ prompt_index: 0, content_filter_results: {} }],
})}\n\n`

/** Streams in which nothing has been said yet: another target may still answer. */
export const streamFaults: readonly Fault[] = [
  {
    name: 'empty-stream',
    does: 'Its stream is empty.',
    only: 'stream',
    act: (reply) => reply.streamOf(),
    expected: cut,
  },
  {
    name: 'comments-only',
    does: 'Its stream has comments only.',
    only: 'stream',
    act: (reply) => reply.streamOf(': hello\n\n', ': hello\n\n'),
    expected: cut,
  },
  {
    name: 'done-only',
    does: 'Its stream has only the frame that ends it.',
    only: 'stream',
    act: (reply) => reply.streamOf(reply.format.done),
    expected: cut,
  },
  {
    name: 'role-then-end',
    does: 'It announces an answer and ends the stream.',
    only: 'stream',
    act: (reply) => reply.streamOf(reply.format.opening),
    expected: cut,
  },
  {
    name: 'cut-after-role',
    does: 'It announces an answer and closes the connection.',
    only: 'stream',
    act: (reply) => {
      reply.openStream()
      reply.chunks(reply.format.opening)
      reply.close()
    },
    expected: cut,
  },
  {
    name: 'error-first',
    does: 'The first frame is an error.',
    only: 'stream',
    act: (reply) => reply.streamOf(reply.format.errorFrame),
    expected: serverError,
  },
  {
    name: 'error-after-role',
    does: 'It announces an answer; then comes an error.',
    only: 'stream',
    act: (reply) => reply.streamOf(reply.format.opening, reply.format.errorFrame),
    expected: serverError,
  },
  {
    name: 'error-after-pings',
    does: 'After some pings comes an error.',
    only: 'stream',
    act: (reply) => reply.streamOf(reply.format.ping, reply.format.ping, reply.format.errorFrame),
    expected: serverError,
  },
  {
    name: 'error-after-filter',
    does: 'The results of a content filter come first, as from Azure, and then an error.',
    only: 'stream',
    formats: ['OpenAI'],
    act: (reply) => reply.streamOf(filterResults, reply.format.errorFrame),
    expected: serverError,
  },
  {
    name: 'overloaded-in-stream',
    does: 'The first frame says that it is overloaded.',
    only: 'stream',
    act: (reply) => {
      const error = { type: 'overloaded_error', message: 'Overloaded' }
      reply.streamOf(`event: error\ndata: ${JSON.stringify({ type: 'error', error })}\n\n`)
    },
    expected: { outcome: 'Overloaded', status: 503, code: 'overloaded' },
  },
  {
    name: 'limit-in-stream',
    does: 'The first frame is an error about its rate.',
    only: 'stream',
    act: (reply) => {
      const body = reply.format.error(429)
      const limit =
        reply.format.type === 'OpenAI' ? { error: { code: 429, message: 'Slow.' } } : body
      reply.streamOf(`event: error\ndata: ${JSON.stringify(limit)}\n\n`)
    },
    expected: { outcome: 'RateLimited', status: 429, code: 'rate_limit_exceeded' },
  },
  {
    name: 'garbage-first',
    does: 'The first frame is no JSON.',
    only: 'stream',
    act: (reply) => reply.streamOf('data: Hello {\n\n'),
    expected: { outcome: 'InvalidAnswer', status: 502, code: 'upstream_invalid_response' },
  },
  {
    name: 'frame-without-end',
    does: 'It sends five megabytes without the end of a frame.',
    only: 'stream',
    takesTime: true,
    act: (reply) => {
      reply.openStream()
      reply.chunks('data: ')
      for (let megabyte = 0; megabyte < 5; megabyte += 1) reply.chunks('x'.repeat(1024 * 1024))
    },
    expected: { outcome: 'InvalidAnswer', status: 502, code: 'upstream_invalid_response' },
  },
  {
    name: 'endless-comment',
    does: 'It sends a comment without end.',
    only: 'stream',
    act: (reply) => {
      reply.openStream()
      reply.chunks(':')
      reply.flood(() => reply.chunks('x'.repeat(16 * 1024)))
    },
    expected: { outcome: 'InvalidAnswer', status: 502, code: 'upstream_invalid_response' },
  },
  {
    name: 'flood-without-content',
    does: 'It sends five megabytes of pings at once, and no content.',
    only: 'stream',
    takesTime: true,
    act: (reply) => {
      reply.openStream()
      const ping = reply.format.ping
      reply.chunks(ping.repeat(Math.ceil((5 * 1024 * 1024) / ping.length)))
    },
    expected: { outcome: 'InvalidAnswer', status: 502, code: 'upstream_invalid_response' },
  },
]
