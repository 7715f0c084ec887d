/** The n-th largest of some numbers that are not below 0; 0 where there are fewer, `n` at least 1. */
export function nthLargest(values: Float64Array, n: number): number {
  // A heap of the n largest so far, the least of them first: few of many numbers get into it.
  const heap = new Float64Array(n)
  for (const value of values) {
    if (value <= (heap[0] ?? 0)) continue
    let at = 0
    for (;;) {
      const left = 2 * at + 1
      if (left >= n) break
      const right = left + 1
      const lesser = right < n && (heap[right] ?? 0) < (heap[left] ?? 0) ? right : left
      if ((heap[lesser] ?? 0) >= value) break
      heap[at] = heap[lesser] ?? 0
      at = lesser
    }
    heap[at] = value
  }
  return heap[0] ?? 0
}
