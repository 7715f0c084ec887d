import type { SeededRandom } from '@fairlead/base/testing'
import { hostileKey, hostileValue } from './hostile-values.ts'
import { isFields, isList, type JsonNode } from './json-node.ts'

/** The same with one thing changed, anywhere in it. */
export function mutate(random: SeededRandom, node: JsonNode): JsonNode {
  // A container has more in it than around it, so changes go down more often than not.
  if (isFields(node) && node.fields.length > 0 && random.chance(0.8)) {
    return { fields: mutateFields(random, node.fields) }
  }
  if (isList(node) && node.length > 0 && random.chance(0.8)) return mutateList(random, node)
  return random.chance(0.1) ? [node] : hostileValue(random)
}

type Field = readonly [string, JsonNode]

function mutateFields(random: SeededRandom, list: readonly Field[]): readonly Field[] {
  const index = random.below(list.length)
  const [key, value] = list[index] ?? ['', null]
  const replaced = (...by: readonly Field[]) => list.toSpliced(index, 1, ...by)
  switch (random.below(10)) {
    case 0:
      return replaced()
    case 1:
      return replaced([key, value], [key, hostileValue(random)])
    case 2:
      return [...list, [key, value]]
    case 3:
      return replaced([key, value], [hostileKey(random, key), hostileValue(random)])
    case 4:
      return replaced([hostileKey(random, key), value])
    default:
      return replaced([key, mutate(random, value)])
  }
}

function mutateList(random: SeededRandom, list: readonly JsonNode[]): readonly JsonNode[] {
  const index = random.below(list.length)
  const value = list[index] ?? null
  const replaced = (...by: readonly JsonNode[]) => list.toSpliced(index, 1, ...by)
  switch (random.below(8)) {
    case 0:
      return replaced()
    case 1:
      return replaced(...Array.from({ length: 1 + random.below(100) }, () => value))
    case 2:
      return list.toReversed()
    case 3:
      return replaced(value, hostileValue(random))
    default:
      return replaced(mutate(random, value))
  }
}
