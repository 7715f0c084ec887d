/**
 * Those with weight by what `rank` says, the least first, and then those of weight 0 in the same
 * way. Equals keep their order. `rank` is asked once for each.
 */
export function orderBy<Item extends { readonly weight: number }>(
  items: readonly Item[],
  rank: (item: Item) => number,
): readonly Item[] {
  return items
    .map((item) => ({ item, fallback: item.weight === 0 ? 1 : 0, rank: rank(item) }))
    .toSorted((left, right) => left.fallback - right.fallback || compare(left.rank, right.rank))
    .map(({ item }) => item)
}

/** A difference would not do: Infinity less Infinity is no number. */
function compare(left: number, right: number): number {
  if (left === right) return 0
  return left < right ? -1 : 1
}
