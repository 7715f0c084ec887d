import type { Expected, Fault } from '../fault.ts'
import type { ProviderFormat } from '../formats/provider-format.ts'

const refused: Expected = {
  outcome: 'CredentialRefused',
  status: 502,
  code: 'upstream_authentication',
}
const noCredit: Expected = {
  outcome: 'CreditExhausted',
  status: 502,
  code: 'upstream_credit_exhausted',
}

/** A refusal in the words of each API. */
function refusal(
  name: string,
  does: string,
  status: number,
  expected: Expected,
  body: (format: ProviderFormat) => object = (format) => format.error(status),
  more: Pick<Fault, 'formats' | 'takesTime'> = {},
): Fault {
  return {
    name,
    does,
    ...more,
    act: (reply) => reply.json(status, body(reply.format)),
    expected,
  }
}

const callersFault = (status: number): Expected => ({ outcome: 'InvalidRequest', status })

const openAiError = (code: string, message: string) => () => ({
  error: { message, type: 'invalid_request_error', param: null, code },
})

/** Statuses of 3xx and 4xx, apart from limits of rate. */
export const refusalFaults: readonly Fault[] = [
  ...[301, 302, 307, 308].map((status): Fault => ({
    name: `redirect-${status}`,
    does: `It redirects (${status}).`,
    act: (reply) => reply.respond(status, 'text/plain', '', { location: 'http://127.0.0.1:1/' }),
    expected: { outcome: 'Misconfigured', status: 502, code: 'upstream_redirect' },
  })),
  refusal('bad-request', 'It finds a mistake in the call (400).', 400, callersFault(400)),
  refusal(
    'context-length',
    'The prompt is too long for its model (400).',
    400,
    { outcome: 'InvalidRequest', status: 400 },
    (format) =>
      format.type === 'OpenAI'
        ? openAiError('context_length_exceeded', 'The maximum context length is 8 tokens.')()
        : format.error(400, 'prompt is too long: 9 tokens > 8 maximum'),
  ),
  refusal(
    'unknown-parameter',
    'It does not know a parameter of the call (400).',
    400,
    { outcome: 'InvalidRequest', status: 400 },
    (format) => format.error(400, 'Unknown parameter: temperature.'),
  ),
  refusal('key-refused', 'It does not know the key (401).', 401, refused, undefined, {
    takesTime: true,
  }),
  refusal(
    'key-expired',
    'The key has expired (401).',
    401,
    { ...refused, outcome: 'CredentialExpired' },
    (format) => format.error(401, 'This API key has expired.'),
    { takesTime: true },
  ),
  refusal('payment-required', 'The account must pay first (402).', 402, noCredit),
  refusal(
    'credit-balance',
    'The account has no credit left, as a mistake of the call (400).',
    400,
    noCredit,
    (format) => format.error(400, 'Your credit balance is too low to access the API.'),
    { formats: ['Anthropic'] },
  ),
  refusal('key-forbidden', 'The key may not do this (403).', 403, refused, undefined, {
    takesTime: true,
  }),
  refusal(
    'moderation',
    'Its moderation refuses the prompt (403).',
    403,
    { outcome: 'ContentRefused', status: 403, says: 'flagged' },
    (format) => format.error(403, 'The input was flagged by moderation.'),
  ),
  refusal(
    'region',
    'It does not serve this region (403).',
    403,
    { outcome: 'ModelUnavailable', status: 403 },
    openAiError('unsupported_country_region_territory', 'Country not supported.'),
    { formats: ['OpenAI'] },
  ),
  {
    name: 'firewall',
    does: 'A firewall before it answers with a page (403).',
    act: (reply) => reply.respond(403, 'text/html', '<html><title>Blocked</title></html>'),
    expected: { outcome: 'ServerError', status: 502, code: 'upstream_error' },
  },
  refusal(
    'no-model',
    'It does not have the model (404).',
    404,
    { outcome: 'ModelUnavailable', status: 404 },
    (format) =>
      format.type === 'OpenAI'
        ? openAiError('model_not_found', 'The model does not exist.')()
        : format.error(404, 'model: laboratory'),
  ),
  {
    name: 'no-path',
    does: 'It does not have the path (404).',
    act: (reply) => reply.respond(404, 'text/html', '<html><title>404</title></html>'),
    expected: { outcome: 'ModelUnavailable', status: 404, code: 'model_not_found' },
  },
  {
    name: 'no-method',
    does: 'It does not take a POST (405).',
    act: (reply) => reply.respond(405, 'text/html', '<html><title>405</title></html>'),
    expected: { outcome: 'ModelUnavailable', status: 405 },
  },
  refusal(
    'gone',
    'It has retired the model (410).',
    410,
    {
      outcome: 'ModelUnavailable',
      status: 410,
    },
    (format) => format.error(404),
  ),
  {
    name: 'request-timeout',
    does: 'A proxy before it says that the call took too long (408).',
    act: (reply) => reply.respond(408, 'text/plain', 'Request Timeout'),
    expected: { outcome: 'Timeout', status: 408, code: 'upstream_timeout' },
  },
  refusal('conflict', 'It sees a conflict (409).', 409, callersFault(409)),
  refusal('too-large', 'The call is too large for it (413).', 413, callersFault(413)),
  refusal('media-type', 'It does not like the type of the body (415).', 415, callersFault(415)),
  refusal('teapot', 'It answers 418.', 418, callersFault(418)),
  refusal('unprocessable', 'It cannot process the call (422).', 422, callersFault(422)),
  {
    name: 'unprocessable-detail',
    does: 'It cannot process the call, in FastAPI’s form (422).',
    formats: ['OpenAI'],
    act: (reply) =>
      reply.json(422, {
        detail: [{ loc: ['body', 'messages'], msg: 'field required', type: 'missing' }],
      }),
    expected: { outcome: 'InvalidRequest', status: 422, says: 'field required' },
  },
  {
    name: 'proxy-closed',
    does: 'A proxy before it closed the call (499).',
    act: (reply) => reply.respond(499, 'text/html', '<html></html>'),
    expected: { outcome: 'ServerError', status: 502, code: 'upstream_error' },
  },
  refusal(
    'flex-capacity',
    'Its flexible capacity is used up (498).',
    498,
    { outcome: 'Overloaded', status: 503, code: 'overloaded' },
    () => ({ error: { message: 'Capacity exceeded.', type: 'capacity_exceeded' } }),
    { formats: ['OpenAI'] },
  ),
]
