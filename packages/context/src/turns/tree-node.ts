/**
 * A turn's place in the tree. Besides its parent it knows a farther ancestor, so that the ancestor
 * at any depth is found in a number of steps that grows with the logarithm of the depth.
 */
export interface TreeNode {
  readonly seq: number
  /** Seq of the turn that it follows; 0 for none. */
  readonly parent: number
  /** Seq of a farther ancestor; 0 stands before every root. */
  readonly jump: number
  /** 1 for a root. */
  readonly depth: number
}

/** Looks up a node by the seq of its turn. */
export type NodeAt = (seq: number) => TreeNode | undefined

const beforeRoot: TreeNode = { seq: 0, parent: 0, jump: 0, depth: 0 }

/** The node of a turn that follows `parent`; undefined for one that follows nothing. */
export function childNode(seq: number, parent: TreeNode | undefined, at: NodeAt): TreeNode {
  const before = parent ?? beforeRoot
  const far = jumpOf(before, at)
  const farther = jumpOf(far, at)
  const doubles = before.depth - far.depth === far.depth - farther.depth
  return {
    seq,
    parent: before.seq,
    jump: doubles ? farther.seq : before.seq,
    depth: before.depth + 1,
  }
}

/** The ancestor of a node, or the node itself, at a depth from 1 to its own. */
export function ancestorAt(node: TreeNode, depth: number, at: NodeAt): TreeNode {
  let found = node
  while (found.depth > depth) {
    const far = jumpOf(found, at)
    found = far.depth >= depth ? far : (at(found.parent) ?? beforeRoot)
  }
  return found
}

/** Whether the path to `end` contains `node`. */
export function isOnPath(node: TreeNode, end: TreeNode, at: NodeAt): boolean {
  return node.depth <= end.depth && ancestorAt(end, node.depth, at).seq === node.seq
}

function jumpOf(node: TreeNode, at: NodeAt): TreeNode {
  return (node.jump === 0 ? undefined : at(node.jump)) ?? beforeRoot
}
