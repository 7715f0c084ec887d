import type { Item } from '@fairlead/llm'
import { ancestorAt, isOnPath, type NodeAt, type TreeNode } from './tree-node.ts'
import type { Turn } from './turn.ts'

/** The path to a turn, read piece by piece. */
interface PathReader {
  /** The end of the path. */
  readonly end: TreeNode
  readonly at: NodeAt
  /** The last `count` turns of the path to a node, oldest first. */
  readonly turnsTo: (node: TreeNode, count: number) => readonly Turn[]
}

/** The page that `pageItems` is asked for. */
interface ItemPageQuery {
  /** At least 1. */
  readonly limit: number
  readonly order: 'asc' | 'desc'
  /** The item to continue after, and the turn that has it, which must be on the path. */
  readonly after: { readonly item: string; readonly turn: TreeNode } | undefined
}

interface PathItemPage {
  readonly entries: readonly (Item & { readonly id: string })[]
  readonly hasMore: boolean
}

/** How many turns are read together. */
const chunkTurns = 20

/**
 * A page of the items on a path. Turns that failed or were cancelled without output are not listed,
 * so that a question that was asked again is listed once. Costs what the page costs, not the path.
 */
export function pagePathItems(path: PathReader, query: ItemPageQuery): PathItemPage {
  const { limit, order, after } = query
  const found: (Item & { readonly id: string })[] = []
  let skipping = after !== undefined
  for (const turn of turnsFrom(path, order, after?.turn)) {
    const items = listedItemsOf(turn)
    for (const item of order === 'asc' ? items : items.toReversed()) {
      if (skipping) {
        skipping = item.id !== after?.item
      } else if (found.length === limit) {
        return { entries: found, hasMore: true }
      } else {
        found.push(item)
      }
    }
    skipping = false
  }
  return { entries: found, hasMore: false }
}

/** The page that `pagePathTurns` is asked for. */
interface PathTurnQuery {
  /** At least 1. */
  readonly limit: number
  readonly order: 'asc' | 'desc'
  /** The turn to continue after, which must be on the path. */
  readonly after: TreeNode | undefined
}

/** A page of the turns on a path. Costs what the page costs, not the path. */
export function pagePathTurns(
  path: PathReader,
  { after, limit, order }: PathTurnQuery,
): { readonly entries: readonly Turn[]; readonly hasMore: boolean } {
  const found: Turn[] = []
  for (const turn of turnsFrom(path, order, after)) {
    if (turn.seq === after?.seq) continue
    if (found.length === limit) return { entries: found, hasMore: true }
    found.push(turn)
  }
  return { entries: found, hasMore: false }
}

/** The first of some turns that is on a path. */
export function turnOnPath(
  turns: readonly TreeNode[],
  { end, at }: Pick<PathReader, 'end' | 'at'>,
): TreeNode | undefined {
  return turns.find((turn) => isOnPath(turn, end, at))
}

/** The items of a turn that lists of items have, oldest first. */
function listedItemsOf(turn: Turn): readonly (Item & { readonly id: string })[] {
  const { status, output } = turn
  if ((status === 'failed' || status === 'cancelled') && output.length === 0) return []
  return itemsOf(turn)
}

/** All items of a turn that have an id, oldest first. */
export function itemsOf({
  instructions,
  input,
  output,
}: Turn): readonly (Item & { readonly id: string })[] {
  return [...instructions, ...input, ...output].filter(hasId)
}

function* turnsFrom(
  { end, at, turnsTo }: PathReader,
  order: 'asc' | 'desc',
  start: TreeNode | undefined,
): Generator<Turn> {
  if (order === 'asc') {
    for (let depth = start?.depth ?? 1; depth <= end.depth; depth += chunkTurns) {
      const last = Math.min(depth + chunkTurns - 1, end.depth)
      yield* turnsTo(ancestorAt(end, last, at), last - depth + 1)
    }
    return
  }
  let depth = (start ?? end).depth
  for (; depth > 0; depth -= chunkTurns) {
    yield* turnsTo(ancestorAt(end, depth, at), Math.min(chunkTurns, depth)).toReversed()
  }
}

function hasId(item: Item): item is Item & { readonly id: string } {
  return item.id !== undefined
}
