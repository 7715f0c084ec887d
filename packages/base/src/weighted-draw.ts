/**
 * The index of one weighted item, drawn in proportion to its weight; 0 when none has weight.
 * `point` is the draw, in [0, 1): random, or derived from a key so that the same key always draws
 * the same item.
 */
export function drawByWeight(
  weighted: readonly { readonly weight: number }[],
  point: number,
): number {
  const total = weighted.reduce((sum, { weight }) => sum + weight, 0)
  let left = point * total
  for (const [index, { weight }] of weighted.entries()) {
    left -= weight
    if (left < 0) return index
  }
  return 0
}
