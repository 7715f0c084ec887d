/** Of a text that says more, the rest is not looked at: nobody has run so many pods. */
const indexesMax = 100_000

/** The indexes of a text such as `0-2,5`, in order. */
export function parseIndexes(text: string): number[] {
  const found: number[] = []
  if (text === '') return found
  for (const part of text.split(',')) {
    const [first = '', last = first] = part.split('-')
    for (let index = Number(first); index <= Number(last); index++) {
      if (found.length === indexesMax) return found
      found.push(index)
    }
  }
  return found
}

/** Ranges of the indexes, of which two beside each other stand alone: `0-2,5,6`. */
export function formatIndexes(indexes: Iterable<number>): string {
  const sorted = [...new Set(indexes)].toSorted((a, b) => a - b)
  const ranges: [number, number][] = []
  for (const index of sorted) {
    const last = ranges.at(-1)
    if (last !== undefined && last[1] === index - 1) last[1] = index
    else ranges.push([index, index])
  }
  return ranges
    .map(([from, to]) => {
      if (from === to) return String(from)
      return to === from + 1 ? `${from},${to}` : `${from}-${to}`
    })
    .join(',')
}
