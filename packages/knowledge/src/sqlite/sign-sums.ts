/**
 * How near signs are to a vector, of which more is known than its signs: the sum of its values, each with
 * the sign that stands in its place. Those of a byte of signs each are made once.
 */
export class SignSums {
  readonly #bytesPerVector: number
  /** For each byte of signs, that of each of its 256 values. */
  readonly #sums: Int16Array

  constructor(vector: Int8Array) {
    this.#bytesPerVector = Math.ceil(vector.length / 32) * 4
    this.#sums = new Int16Array(this.#bytesPerVector * 256)
    for (let byte = 0; byte < this.#bytesPerVector; byte++) {
      for (let signs = 0; signs < 256; signs++) {
        let sum = 0
        for (let bit = 0; bit < 8; bit++) {
          const value = vector[byte * 8 + bit] ?? 0
          sum += (signs >>> bit) & 1 ? value : -value
        }
        this.#sums[byte * 256 + signs] = sum
      }
    }
  }

  /** Of the signs that begin at a word of a list. */
  of(list: Uint32Array, from: number): number {
    const sums = this.#sums
    let total = 0
    const end = this.#bytesPerVector / 4
    for (let word = 0; word < end; word++) {
      const signs = list[from + word] ?? 0
      const table = word * 1024
      total +=
        (sums[table + (signs & 255)] ?? 0) +
        (sums[table + 256 + ((signs >>> 8) & 255)] ?? 0) +
        (sums[table + 512 + ((signs >>> 16) & 255)] ?? 0) +
        (sums[table + 768 + (signs >>> 24)] ?? 0)
    }
    return total
  }
}
