import type { FailureRow } from './failure-table.ts'

const httpSource = 'RFC 9110'
const cloudflareSource = "Cloudflare's 5xx errors"

/**
 * What an error means where a dialect's table has no row for it: words that vendors of several
 * dialects use, and proxies that pass them on, then the status by itself.
 */
export const commonFailures: readonly FailureRow[] = [
  {
    statuses: [400, 401, 403, 429],
    words:
      /credit balance is too low|insufficient (?:account )?(?:balance|credits?|funds)|out of credits|used all available credits|exceeded your current quota, please check your plan and billing/i,
    failure: 'CreditExhausted',
    source:
      'observed: errors without a code for it of Anthropic, DeepSeek, Moonshot, xAI and OpenAI',
  },
  {
    statuses: [400, 403],
    words: /content (?:management |filtering )?(?:policy|filter)|moderation|flagged/i,
    failure: 'ContentRefused',
    source: "observed: Anthropic's, Azure's and OpenRouter's errors, whose message alone tells",
  },
  { statuses: [401], failure: 'CredentialRefused', source: httpSource },
  { statuses: [402], failure: 'CreditExhausted', source: httpSource },
  {
    statuses: [403],
    foreign: true,
    failure: 'ServerError',
    source: 'a page of a firewall says nothing about the key',
  },
  { statuses: [403], failure: 'CredentialRefused', source: httpSource },
  { statuses: [404, 405, 410], failure: 'ModelUnavailable', source: httpSource },
  { statuses: [407], failure: 'Connect', source: httpSource },
  { statuses: [408, 504], failure: 'Timeout', source: httpSource },
  { statuses: [522, 524], failure: 'Timeout', source: cloudflareSource },
  { statuses: [521, 523], failure: 'Connect', source: cloudflareSource },
  { statuses: [425], failure: 'ServerError', source: 'RFC 8470' },
  { statuses: [429], failure: 'RateLimited', source: 'RFC 6585' },
  { statuses: [499], failure: 'ServerError', source: 'nginx: a proxy closed the request' },
  { statuses: [529], failure: 'Overloaded', source: "Anthropic's errors; used by proxies too" },
]
