import type { Expected, Fault } from '../fault.ts'

const limited: Expected = { outcome: 'RateLimited', status: 429, code: 'rate_limit_exceeded' }

function limit(
  name: string,
  does: string,
  fields: Readonly<Record<string, string>>,
  expected: Expected,
): Fault {
  return {
    name,
    does,
    act: (reply) => reply.json(429, reply.format.error(429, 'Too many requests.'), fields),
    expected,
  }
}

/** When the clock of the laboratory starts, plus twenty seconds. */
const date = 'Thu, 01 Jan 2026 00:00:20 GMT'

/** Statuses that ask for a pause. */
export const rateFaults: readonly Fault[] = [
  limit('rate-limit', 'It limits the rate (429) without saying for how long.', {}, limited),
  limit(
    'rate-limit-seconds',
    'It limits the rate for twenty seconds.',
    { 'retry-after': '20' },
    { ...limited, retryAfter: '20' },
  ),
  limit(
    'rate-limit-date',
    'It limits the rate until a date.',
    { 'retry-after': date },
    { ...limited, retryAfter: '20' },
  ),
  limit(
    'rate-limit-milliseconds',
    'It limits the rate for 1,500 ms, in OpenAI’s header.',
    { 'retry-after-ms': '1500' },
    { ...limited, retryAfter: '2' },
  ),
  limit(
    'rate-limit-for-ever',
    'It limits the rate for eleven days.',
    { 'retry-after': '1000000' },
    { ...limited, retryAfter: '1000000' },
  ),
  limit('rate-limit-nonsense', 'Its Retry-After is no time.', { 'retry-after': 'later' }, limited),
  {
    name: 'rate-limit-page',
    does: 'A proxy before it limits the rate with a page.',
    act: (reply) => reply.respond(429, 'text/html', '<html><title>429</title></html>'),
    expected: limited,
  },
  {
    name: 'quota',
    does: 'The quota of the account is used up (429).',
    formats: ['OpenAI'],
    act: (reply) =>
      reply.json(429, {
        error: {
          message: 'You exceeded your current quota.',
          type: 'insufficient_quota',
          param: null,
          code: 'insufficient_quota',
        },
      }),
    expected: { outcome: 'CreditExhausted', status: 502, code: 'upstream_credit_exhausted' },
  },
  {
    name: 'overloaded',
    does: 'It is overloaded (529).',
    act: (reply) => reply.json(529, reply.format.error(529, 'Overloaded')),
    expected: { outcome: 'Overloaded', status: 503, code: 'overloaded' },
  },
  {
    name: 'overloaded-seconds',
    does: 'It is overloaded for four seconds (529).',
    act: (reply) => reply.json(529, reply.format.error(529, 'Overloaded'), { 'retry-after': '4' }),
    expected: { outcome: 'Overloaded', status: 503, code: 'overloaded', retryAfter: '4' },
  },
]
