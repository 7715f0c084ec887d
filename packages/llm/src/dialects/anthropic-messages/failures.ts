import type { FailureRow } from '../../errors/failure-table.ts'

const documented = "Anthropic's page on API errors"

/**
 * What errors of Anthropic's API mean. Each has a type, which counts more than the status: a stream
 * has only the type. The first row that matches counts.
 */
export const failures: readonly FailureRow[] = [
  { codes: ['billing_error'], failure: 'CreditExhausted', source: documented },
  {
    statuses: [400, 403],
    words: /credit balance is too low|reached your specified API usage limits/i,
    failure: 'CreditExhausted',
    source: 'observed: an invalid_request_error whose message alone tells',
  },
  {
    statuses: [400, 403],
    words: /organization has been disabled/i,
    failure: 'CredentialRefused',
    source: 'https://code.claude.com/docs/en/troubleshooting: an invalid_request_error',
  },
  {
    statuses: [400, 403],
    words: /content filtering policy|flagged|content policy/i,
    failure: 'ContentRefused',
    source: 'observed: an invalid_request_error whose message alone tells',
  },
  {
    codes: ['authentication_error', 'permission_error'],
    words: /\bexpired\b/i,
    failure: 'CredentialExpired',
    source: documented,
  },
  {
    codes: ['authentication_error', 'permission_error'],
    failure: 'CredentialRefused',
    source: documented,
  },
  { codes: ['not_found_error'], failure: 'ModelUnavailable', source: documented },
  { codes: ['rate_limit_error'], failure: 'RateLimited', source: documented },
  { codes: ['overloaded_error'], failure: 'Overloaded', source: documented },
  { codes: ['timeout_error'], failure: 'Timeout', source: documented },
  { codes: ['api_error'], failure: 'ServerError', source: documented },
  {
    codes: ['invalid_request_error', 'request_too_large'],
    failure: 'InvalidRequest',
    source: documented,
  },
]
