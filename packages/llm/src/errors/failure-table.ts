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

/** The first row that matches, of the first table that has one; then the status's class. */
export function classify(
  seen: SeenFailure,
  tables: readonly (readonly FailureRow[])[],
): FailureClass {
  for (const table of tables) {
    const row = table.find((one) => matches(one, seen))
    if (row !== undefined) return row.failure
  }
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
