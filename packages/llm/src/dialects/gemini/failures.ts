import type { FailureRow } from '../../errors/failure-table.ts'

const documented = 'https://ai.google.dev/gemini-api/docs/troubleshooting'
const reasons =
  'https://docs.cloud.google.com/docs/reference/rest/errorreasons (google.api.ErrorReason)'

/** What errors of Gemini's API mean. The first row that matches counts. */
export const failures: readonly FailureRow[] = [
  {
    codes: ['API_KEY_INVALID'],
    words: /\bexpired\b/i,
    failure: 'CredentialExpired',
    source: 'observed: 400 "API key expired. Please renew the API key."',
  },
  {
    codes: [
      'API_KEY_INVALID',
      'API_KEY_SERVICE_BLOCKED',
      'API_KEY_HTTP_REFERRER_BLOCKED',
      'API_KEY_IP_ADDRESS_BLOCKED',
      'ACCESS_TOKEN_TYPE_UNSUPPORTED',
      'CREDENTIALS_MISSING',
      'CONSUMER_INVALID',
      'CONSUMER_SUSPENDED',
      'SERVICE_DISABLED',
    ],
    failure: 'CredentialRefused',
    source: reasons,
  },
  { codes: ['ACCESS_TOKEN_EXPIRED'], failure: 'CredentialExpired', source: reasons },
  { codes: ['BILLING_DISABLED'], failure: 'CreditExhausted', source: reasons },
  {
    statuses: [400, 403, 429],
    words: /enable billing|credits are depleted|spending cap/i,
    failure: 'CreditExhausted',
    source: `${documented}: FAILED_PRECONDITION without billing`,
  },
  {
    statuses: [400],
    words: /api key not valid/i,
    failure: 'CredentialRefused',
    source: 'observed: 400 INVALID_ARGUMENT whose message alone tells',
  },
  {
    codes: ['FAILED_PRECONDITION'],
    words: /location is not supported/i,
    failure: 'ModelUnavailable',
    source: `${documented}: the free tier is not offered in every country`,
  },
  {
    codes: ['UNAUTHENTICATED', 'PERMISSION_DENIED'],
    failure: 'CredentialRefused',
    source: documented,
  },
  { codes: ['NOT_FOUND'], failure: 'ModelUnavailable', source: documented },
  { codes: ['RESOURCE_EXHAUSTED'], failure: 'RateLimited', source: documented },
  { statuses: [503], codes: ['UNAVAILABLE'], failure: 'Overloaded', source: documented },
  { codes: ['DEADLINE_EXCEEDED'], failure: 'Timeout', source: documented },
  { codes: ['INTERNAL', 'UNKNOWN'], failure: 'ServerError', source: documented },
  { statuses: [499], codes: ['CANCELLED'], failure: 'ServerError', source: documented },
]
