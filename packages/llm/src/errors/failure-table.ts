import type { FailureClass } from './failure-class.ts'

/** One line of a table that says what a provider's error means. All given fields must match. */
export interface FailureRow {
  readonly statuses?: readonly number[]
  /** Values of the error's `code`, `type` or `status`; any one of them. */
  readonly codes?: readonly string[]
  /** Words of the message, for errors that nothing else tells apart. */
  readonly words?: RegExp
  /** Whether the body is no error of an API, as from a proxy or a firewall in front of it. */
  readonly foreign?: true
  readonly failure: FailureClass
  /** Where this is documented or was observed. */
  readonly source: string
}

/** In place of the status of an error that has none. */
export const noStatus = 0

/** A provider's error, as far as tables look at it. */
interface SeenFailure {
  /** `noStatus` for an error inside a stream or a 200. */
  readonly status: number
  /** Its `code`, `type` and the like. */
  readonly codes: readonly string[]
  readonly message: string
  /** Whether the body has the form of an API's error. */
  readonly isApiError: boolean
}

const httpSource = 'RFC 9110'
const cloudflareSource = "Cloudflare's 5xx errors"

/** What a status means where a dialect's table has no row for the error. */
const httpFailures: readonly FailureRow[] = [
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

/** The first row that matches: of the dialect's table, then of HTTP's, then the status's class. */
export function classify(seen: SeenFailure, table: readonly FailureRow[]): FailureClass {
  const row =
    table.find((one) => matches(one, seen)) ?? httpFailures.find((one) => matches(one, seen))
  if (row !== undefined) return row.failure
  if (seen.status >= 500 || seen.status === noStatus) return 'ServerError'
  return seen.status >= 400 ? 'InvalidRequest' : 'InvalidAnswer'
}

function matches({ statuses, codes, words, foreign }: FailureRow, seen: SeenFailure): boolean {
  return (
    (statuses === undefined || statuses.includes(seen.status)) &&
    (codes === undefined || codes.some((code) => seen.codes.includes(code))) &&
    (foreign === undefined || !seen.isApiError) &&
    (words === undefined || words.test(seen.message))
  )
}
