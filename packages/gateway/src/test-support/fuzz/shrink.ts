import { isFields, isList, type JsonNode } from './json-node.ts'

/** Reductions that are tried, so that shrinking ends soon also where each takes its time. */
const triesMax = 400

/**
 * A smaller node for which `fails` still holds: reductions are tried until none is left that does.
 * `node` itself must fail.
 */
export async function shrink(
  node: JsonNode,
  fails: (smaller: JsonNode) => Promise<boolean>,
): Promise<JsonNode> {
  let smallest = node
  let tries = 0
  for (let isSmaller = true; isSmaller;) {
    isSmaller = false
    for (const candidate of reductions(smallest)) {
      if ((tries += 1) > triesMax) return smallest
      if (!(await fails(candidate))) continue
      smallest = candidate
      isSmaller = true
      break
    }
  }
  return smallest
}

/** The node with one thing less; those that take away most come first. */
function* reductions(node: JsonNode): Generator<JsonNode> {
  if (isFields(node)) {
    for (const index of node.fields.keys()) yield { fields: node.fields.toSpliced(index, 1) }
    for (const [index, [key, value]] of node.fields.entries()) {
      for (const smaller of reductions(value)) {
        yield { fields: node.fields.toSpliced(index, 1, [key, smaller]) }
      }
    }
  } else if (isList(node)) {
    if (node.length > 2) {
      yield node.slice(0, node.length / 2)
      yield node.slice(node.length / 2)
    }
    for (const index of node.keys()) yield node.toSpliced(index, 1)
    for (const [index, value] of node.entries()) {
      for (const smaller of reductions(value)) yield node.toSpliced(index, 1, smaller)
    }
  } else if (typeof node === 'string' && node.length > 1) {
    yield node.slice(0, node.length / 2)
    yield node.slice(node.length / 2)
    yield node.slice(1)
    yield node.slice(0, -1)
  } else if (typeof node === 'object' && node !== null && 'depth' in node && node.depth > 1) {
    yield { ...node, depth: Math.floor(node.depth / 2) }
  }
}
