import { hash } from 'node:crypto'

/**
 * The items in an order that depends on the key, and over many keys on the weights: by rendezvous
 * hashing, so that everybody who knows names and weights gets the same order, and without an item, or
 * with other weights, only the keys go elsewhere whose share has moved. Those of weight 0 come last.
 */
export function orderByKey<Item extends { readonly name: string; readonly weight: number }>(
  items: readonly Item[],
  key: string,
): readonly Item[] {
  return items
    .map((item) => ({ item, score: scoreOf(item, key) }))
    .toSorted((left, right) => right.score - left.score)
    .map(({ item }) => item)
}

/** The greatest of such scores falls to each in proportion to its weight. */
function scoreOf(
  { name, weight }: { readonly name: string; readonly weight: number },
  key: string,
): number {
  const digits = Number.parseInt(hash('sha256', `${key}/${name}`).slice(0, 13), 16)
  const uniform = (digits + 1) / (16 ** 13 + 1)
  return weight === 0 ? uniform - 1 : -weight / Math.log(uniform)
}
