/** As many as are worth reading. */
const namedMax = 3

/**
 * The known names that somebody who wrote `name` may have meant, most alike first, three at most:
 * those that differ in a third of their letters or less, and those of which one contains the other.
 * Takes time in the product of the lengths, for each name: both must be short.
 */
export function nearMisses(name: string, known: Iterable<string>): readonly string[] {
  return [...known]
    .map((each) => ({ each, distance: distanceOf(name, each) }))
    .filter(({ each, distance }) => distance <= Math.max(1, Math.floor(each.length / 3)))
    .toSorted((a, b) => a.distance - b.distance)
    .slice(0, namedMax)
    .map(({ each }) => each)
}

/** Letters to add, remove, replace or exchange with the next; one within the other counts as a single step. */
function distanceOf(a: string, b: string): number {
  if (a.length > 2 && b.length > 2 && (a.includes(b) || b.includes(a))) return a === b ? 0 : 1
  let row = Array.from({ length: b.length + 1 }, (_, index) => index)
  let before: readonly number[] = []
  for (let i = 0; i < a.length; i += 1) {
    const next = [i + 1]
    for (let j = 0; j < b.length; j += 1) {
      const replaced = (row[j] ?? 0) + (a[i] === b[j] ? 0 : 1)
      const crossed = i > 0 && j > 0 && a[i] === b[j - 1] && a[i - 1] === b[j]
      const exchanged = crossed ? (before[j - 1] ?? 0) + 1 : replaced
      next.push(Math.min(replaced, exchanged, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1))
    }
    before = row
    row = next
  }
  return row[b.length] ?? 0
}
