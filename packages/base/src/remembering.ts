/**
 * A function that gives its latest result again while its arguments stay the same, by identity. It
 * keeps one result, so give each caller that has arguments of its own a function of its own.
 */
export function remembering<Arguments extends readonly unknown[], Result>(
  compute: (...given: Arguments) => Result,
): (...given: Arguments) => Result {
  let latest: { readonly given: Arguments; readonly result: Result } | undefined
  return (...given) => {
    if (latest === undefined || !sameElements(given, latest.given)) {
      latest = { given, result: compute(...given) }
    }
    return latest.result
  }
}

/** Whether two lists have identical elements in the same places. */
export function sameElements(left: readonly unknown[], right: readonly unknown[]): boolean {
  return (
    left === right ||
    (left.length === right.length && left.every((element, index) => element === right[index]))
  )
}
