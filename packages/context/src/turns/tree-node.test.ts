import { describe, expect, it } from 'vitest'
import { ancestorAt, childNode, isOnPath, type TreeNode } from './tree-node.ts'
import { seededRandom } from './test-support/seeded-random.ts'

/** A tree whose node n follows `parents[n - 1]`; 0 is nothing. */
function treeOf(parents: readonly number[]) {
  const nodes = new Map<number, TreeNode>()
  const lookups = { count: 0 }
  const at = (seq: number) => {
    lookups.count++
    return nodes.get(seq)
  }
  for (const [index, parent] of parents.entries()) {
    nodes.set(index + 1, childNode(index + 1, nodes.get(parent), at))
  }
  return { nodes, at, lookups }
}

function pathTo(parents: readonly number[], seq: number): number[] {
  const path: number[] = []
  for (let next = seq; next !== 0; next = parents[next - 1] ?? 0) path.unshift(next)
  return path
}

describe('a node of the tree', () => {
  it('knows its ancestors at every depth', () => {
    const random = seededRandom(7)
    const parents = Array.from({ length: 200 }, (_, index) => Math.floor(random() * (index + 1)))
    const { nodes, at } = treeOf(parents)
    for (const node of nodes.values()) {
      const path = pathTo(parents, node.seq)
      expect(node.depth).toBe(path.length)
      expect(path.map((_, index) => ancestorAt(node, index + 1, at).seq)).toEqual(path)
      for (const other of nodes.values()) {
        expect(isOnPath(other, node, at)).toBe(path.includes(other.seq))
      }
    }
  })

  it('finds them in few steps, and is added in few', () => {
    const { nodes, at, lookups } = treeOf(Array.from({ length: 10_000 }, (_, index) => index))
    expect(lookups.count).toBeLessThan(3 * 10_000)
    const head = nodes.get(10_000)
    if (head === undefined) throw new Error('it was just added')
    lookups.count = 0
    expect(ancestorAt(head, 1, at).seq).toBe(1)
    expect(lookups.count).toBeLessThan(100)
  })
})
