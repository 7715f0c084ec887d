import { drawByWeight } from '@fairlead/base'

/** Drawn by weight without replacement; those of weight 0 come last. The list is not modified. */
export function drawOrder<Item extends { readonly weight: number }>(
  items: readonly Item[],
  random: () => number,
): readonly Item[] {
  if (items.length < 2) return items
  const left = [...items]
  const order: Item[] = []
  while (left.length > 0) {
    const [chosen] = left.splice(drawByWeight(left, random()), 1)
    if (chosen !== undefined) order.push(chosen)
  }
  return order
}
