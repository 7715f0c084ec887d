import type { SeededRandom } from '@fairlead/base/testing'

/** The bytes, cut into pieces at random places. */
export function cutBytes(random: SeededRandom, bytes: Buffer): Buffer[] {
  const style = random.below(4)
  if (style === 0 || bytes.length < 2) return [bytes]
  if (style === 1 && bytes.length < 200) return [...bytes].map((byte) => Buffer.from([byte]))
  const count = 1 + random.below(5)
  const places = Array.from({ length: count }, () => random.below(bytes.length)).toSorted(
    (a, b) => a - b,
  )
  return [...places, bytes.length]
    .map((place, index) => bytes.subarray(index === 0 ? 0 : places[index - 1], place))
    .filter((piece) => piece.length > 0)
}
