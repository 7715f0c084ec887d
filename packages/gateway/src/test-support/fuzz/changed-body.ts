import type { SeededRandom } from '@fairlead/base/testing'
import { bytesOf, isFields, type JsonNode } from './json-node.ts'
import { mutate } from './mutate.ts'

/** A third stays as it is; a few get damaged bytes; the rest has up to five things changed. */
export function changed(random: SeededRandom, body: JsonNode): JsonNode {
  if (random.chance(0.3)) return body
  if (random.chance(0.05)) return damaged(random, body)
  let mutated = body
  for (let count = 1 + random.below(5); count > 0; count -= 1) mutated = mutate(random, mutated)
  // Top-level garbage says the same each time, so it is rare.
  return isFields(mutated) || random.chance(0.1) ? mutated : mutate(random, body)
}

/** Up to three bytes are others, and the end may be missing. */
function damaged(random: SeededRandom, body: JsonNode): JsonNode {
  const bytes = bytesOf(body)
  for (let count = random.below(4); count > 0; count -= 1) {
    bytes[random.below(bytes.length)] = random.below(256)
  }
  const length = random.chance(0.3) ? random.below(bytes.length) : bytes.length
  return { bytes: bytes.toString('latin1', 0, length) }
}
