import { goQuote } from '@fairlead/kube-core'

/** Pieces of a text of indexes that are looked at; it has at most 64 KiB. */
type Interval = readonly [first: number, last: number]

/**
 * Counts the indexes in a text such as `1,3-5,7`. As validateIndexesFormat in Kubernetes' validation
 * of `batch`.
 * @returns the problem if there is one
 */
export function countIndexes(text: string, completions: number): number | string {
  if (text === '') return 0
  let count = 0
  let last = -1
  for (const piece of text.split(',')) {
    const interval = parseInterval(piece, completions)
    if (typeof interval === 'string') return interval
    const [first, end] = interval
    if (count > 0 && last >= first) {
      return `non-increasing order, previous: ${last}, current: ${first}`
    }
    count += end - first + 1
    last = end
  }
  return count
}

/**
 * The first index that two such texts have in common; pieces that are none are passed over. As
 * validateFailedIndexesNotOverlapCompleted.
 */
export function commonIndex(
  completed: string,
  failed: string,
  completions: number,
): number | undefined {
  const [left, right] = [completed, failed].map((text) => intervalsOf(text, completions))
  let [place, other] = [0, 0]
  for (;;) {
    const [one, two] = [left?.[place], right?.[other]]
    if (one === undefined || two === undefined) return undefined
    if (one[0] <= two[1] && two[0] <= one[1]) return Math.max(one[0], two[0])
    if (one[0] <= two[0]) place++
    else other++
  }
}

function intervalsOf(text: string, completions: number): Interval[] {
  return text
    .split(',')
    .map((piece) => parseInterval(piece, completions))
    .filter((interval) => typeof interval !== 'string')
}

function parseInterval(piece: string, completions: number): Interval | string {
  const limits = piece.split('-')
  if (limits.length > 2) {
    return `the fragment ${goQuote(piece)} violates the requirement that an index interval can have at most two parts separated by '-'`
  }
  const numbers: number[] = []
  for (const limit of limits) {
    if (!/^\+?\d{1,15}$/.test(limit)) {
      return `cannot convert string to integer for index: ${goQuote(limit)}`
    }
    if (Number(limit) >= completions) return `too large index: ${goQuote(limit)}`
    numbers.push(Number(limit))
  }
  const [first = 0, last = first] = numbers
  if (numbers.length > 1 && first >= last) {
    return `non-increasing order, previous: ${first}, current: ${last}`
  }
  return [first, last]
}
