import type { Fault } from '../fault.ts'
import type { Wire } from '../wire.ts'

type Row = readonly [
  name: string,
  does: string,
  status: number,
  body: (wire: Wire) => string,
  expected: Fault['expected'],
  ...headers: string[],
]

const typed =
  (type: string, message = 'no', code?: string | number) =>
  (wire: Wire) =>
    wire.errorBody(type, message, code)
const page = () => '<html>Bad day</html>'
const pageType = 'Content-Type: text/html'
const server = (status: number) => ({ outcome: 'ServerError', status }) as const
const timeout = { outcome: 'Timeout', status: 504 } as const

/** An error as a status. */
const rows: readonly Row[] = [
  [
    'redirect',
    'redirects',
    302,
    () => '',
    { outcome: 'Misconfigured', status: 502, code: 'upstream_redirect' },
    'Location: http://127.0.0.1:1/',
  ],
  [
    'permanent-redirect',
    'redirects for ever',
    308,
    () => '',
    { outcome: 'Misconfigured', status: 502, code: 'upstream_redirect' },
    'Location: http://127.0.0.1:1/',
  ],
  [
    'bad-request',
    'says that the call is wrong',
    400,
    typed('invalid_request_error', 'bad temperature'),
    { outcome: 'InvalidRequest', status: 400 },
  ],
  [
    'context-overflow',
    'says that the prompt is too long',
    400,
    typed('invalid_request_error', 'prompt is too long: 200001 tokens > 200000 maximum'),
    { outcome: 'InvalidRequest', status: 400 },
  ],
  [
    'expired-key',
    'says that the key has expired',
    401,
    typed('authentication_error', 'The API key has expired'),
    { outcome: 'CredentialExpired', status: 502, code: 'upstream_authentication' },
  ],
  [
    'refused-key',
    'refuses the key',
    401,
    typed('authentication_error', 'invalid x-api-key'),
    { outcome: 'CredentialRefused', status: 502, code: 'upstream_authentication' },
  ],
  [
    'no-credit',
    'wants to be paid',
    402,
    typed('billing_error', 'Insufficient credits'),
    { outcome: 'CreditExhausted', status: 502, code: 'upstream_credit_exhausted' },
  ],
  [
    'forbidden',
    'forbids it to this key',
    403,
    typed('permission_error', 'not allowed'),
    { outcome: 'CredentialRefused', status: 502, code: 'upstream_authentication' },
  ],
  [
    'moderation',
    'refuses the content',
    403,
    typed('invalid_request_error', 'Your input was flagged by our content policy'),
    { outcome: 'ContentRefused', status: 403 },
  ],
  ['firewall', 'is behind a firewall that shows a page', 403, page, server(502), pageType],
  [
    'no-model',
    'does not have the model',
    404,
    typed('not_found_error', 'model: m', 'model_not_found'),
    { outcome: 'ModelUnavailable', status: 404 },
  ],
  [
    'no-path',
    'does not have the path',
    404,
    page,
    { outcome: 'ModelUnavailable', status: 404 },
    pageType,
  ],
  [
    'method-not-allowed',
    'does not take a POST',
    405,
    page,
    { outcome: 'ModelUnavailable', status: 405 },
    pageType,
  ],
  [
    'request-timeout',
    'says that the request took too long',
    408,
    typed('timeout_error'),
    { outcome: 'Timeout', status: 408 },
  ],
  [
    'conflict',
    'says that there is a conflict',
    409,
    typed('invalid_request_error'),
    { outcome: 'InvalidRequest', status: 409 },
  ],
  [
    'gone',
    'has retired the model',
    410,
    typed('not_found_error'),
    { outcome: 'ModelUnavailable', status: 410 },
  ],
  [
    'too-large',
    'says that the request is too large',
    413,
    typed('request_too_large'),
    { outcome: 'InvalidRequest', status: 413 },
  ],
  [
    'media-type',
    'does not take JSON',
    415,
    typed('invalid_request_error'),
    { outcome: 'InvalidRequest', status: 415 },
  ],
  [
    'teapot',
    'is a teapot',
    418,
    typed('invalid_request_error'),
    { outcome: 'InvalidRequest', status: 418 },
  ],
  [
    'unprocessable',
    'cannot process the call',
    422,
    typed('invalid_request_error'),
    { outcome: 'InvalidRequest', status: 422 },
  ],
  [
    'limited',
    'limits the key',
    429,
    typed('rate_limit_error'),
    { outcome: 'RateLimited', status: 429 },
  ],
  [
    'limited-seconds',
    'limits the key for some seconds',
    429,
    typed('rate_limit_error'),
    { outcome: 'RateLimited', status: 429 },
    'Retry-After: 7',
  ],
  [
    'limited-milliseconds',
    'limits the key for some milliseconds',
    429,
    typed('rate_limit_error'),
    { outcome: 'RateLimited', status: 429 },
    'retry-after-ms: 1500',
  ],
  [
    'limited-for-days',
    'limits the key for days',
    429,
    typed('rate_limit_error'),
    { outcome: 'RateLimited', status: 429 },
    'Retry-After: 864000',
  ],
  [
    'limited-nonsense',
    'limits the key for a time that is none',
    429,
    typed('rate_limit_error'),
    { outcome: 'RateLimited', status: 429 },
    'Retry-After: soon',
  ],
  [
    'limited-page',
    'is behind a proxy that limits with a page',
    429,
    page,
    { outcome: 'RateLimited', status: 429 },
    pageType,
  ],
  ['closed-request', 'answers 499', 499, typed('api_error'), server(502)],
  ['failure', 'fails', 500, typed('api_error', 'Internal server error'), server(502)],
  ['failure-page', 'fails with a page', 500, page, server(502), pageType],
  ['failure-without-body', 'fails without a word', 500, () => '', server(502)],
  ['bad-gateway', 'is behind a gateway that does not reach it', 502, page, server(502), pageType],
  ['unavailable', 'is unavailable', 503, typed('api_error'), server(503)],
  [
    'unavailable-seconds',
    'is unavailable for some seconds',
    503,
    typed('api_error'),
    server(503),
    'Retry-After: 5',
  ],
  ['gateway-timeout', 'is behind a gateway that gave it up', 504, page, timeout, pageType],
  [
    'unknown-origin-error',
    'is behind Cloudflare, which knows of an error',
    520,
    page,
    server(502),
    pageType,
  ],
  [
    'origin-down',
    'is behind Cloudflare, which cannot connect',
    521,
    page,
    { outcome: 'Connect', status: 502 },
    pageType,
  ],
  ['origin-timeout', 'is behind Cloudflare, which has waited for it', 524, page, timeout, pageType],
  [
    'overloaded',
    'is overloaded',
    529,
    typed('overloaded_error', 'Overloaded'),
    { outcome: 'Overloaded', status: 503 },
  ],
  [
    'overloaded-seconds',
    'is overloaded for some seconds',
    529,
    typed('overloaded_error', 'Overloaded'),
    { outcome: 'Overloaded', status: 503 },
    'Retry-After: 4',
  ],
  [
    'echoed-key',
    'repeats the key in its error',
    400,
    typed('invalid_request_error', 'Key sk-laboratory-first is odd'),
    { outcome: 'InvalidRequest', status: 400 },
  ],
]

export const statusFaults: readonly Fault[] = [
  ...rows.map(([name, does, status, body, expected, ...headers]): Fault => ({
    name,
    does: `It ${does} (${status}).`,
    serve: (connection, wire) => connection.respond(status, body(wire), ...headers),
    expected,
  })),
  {
    name: 'endless-error',
    does: 'It answers 500 with a body that never ends.',
    serve(connection) {
      connection.head(500, 'Content-Type: application/json', 'Transfer-Encoding: chunked')
      connection.repeat(() => connection.chunk('x'.repeat(16_384)))
    },
    expected: server(502),
  },
  {
    name: 'silent-error',
    does: 'It answers 500, and its body never comes.',
    silent: true,
    serve: (connection) =>
      connection.head(500, 'Content-Type: application/json', 'Content-Length: 10'),
    expected: server(502),
  },
]
