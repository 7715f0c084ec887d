import type { Expected, Fault } from '../fault.ts'

const serverError: Expected = { outcome: 'ServerError', status: 502, code: 'upstream_error' }
const unavailable: Expected = { outcome: 'ServerError', status: 503, code: 'service_unavailable' }
const timeout: Expected = { outcome: 'Timeout', status: 504, code: 'upstream_timeout' }
const connect: Expected = { outcome: 'Connect', status: 502, code: 'upstream_error' }

/** A page, as proxies before a provider send it. */
function page(status: number, does: string, expected: Expected): Fault {
  return {
    name: `page-${status}`,
    does: `${does} (${status}, a page).`,
    act: (reply) => reply.respond(status, 'text/html', '<html><title>Error</title></html>'),
    expected,
  }
}

/** Statuses of 5xx. */
export const serverErrorFaults: readonly Fault[] = [
  {
    name: 'server-error',
    does: 'It fails (500).',
    act: (reply) => reply.json(500, reply.format.error(500)),
    expected: serverError,
  },
  {
    name: 'wordless-error',
    does: 'It fails without a word (500).',
    act: (reply) => reply.respond(500, 'text/plain', ''),
    expected: serverError,
  },
  page(500, 'It fails', serverError),
  page(502, 'A proxy before it cannot reach it', serverError),
  {
    name: 'unavailable',
    does: 'It is down for twenty seconds (503).',
    act: (reply) => reply.json(503, reply.format.error(503), { 'retry-after': '20' }),
    expected: { ...unavailable, retryAfter: '20', health: 'RateLimited' },
  },
  page(503, 'It is down', unavailable),
  page(504, 'A proxy before it waited too long', timeout),
  page(520, 'Cloudflare got an odd answer', serverError),
  page(521, 'Cloudflare was refused', connect),
  page(522, 'Cloudflare could not connect', timeout),
  page(523, 'Cloudflare found no way', connect),
  page(524, 'Cloudflare waited too long', timeout),
]
