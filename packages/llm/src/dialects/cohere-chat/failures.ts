import type { FailureRow } from '../../errors/failure-table.ts'

const documented = 'https://docs.cohere.com/reference/errors'

/** What errors of Cohere's API mean, which have nothing but a status and words. */
export const failures: readonly FailureRow[] = [
  {
    statuses: [429],
    words: /\/ ?month|per month|monthly/i,
    failure: 'CreditExhausted',
    source: 'https://docs.cohere.com/docs/rate-limits: calls of a trial key are counted by month',
  },
  {
    statuses: [498],
    failure: 'ContentRefused',
    source: 'https://docs.cohere.com/reference/chat: a token on the deny list',
  },
  {
    statuses: [400, 404],
    words: /model .*(?:not found|was removed|is not supported by)/i,
    failure: 'ModelUnavailable',
    source: documented,
  },
  {
    statuses: [403, 401],
    words: /\bexpired\b/i,
    failure: 'CredentialExpired',
    source: documented,
  },
]
