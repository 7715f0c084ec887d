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
  const page = new ItemPageBuilder(query)
  for (const turn of turnsFrom(path, query.order, query.after?.turn)) if (page.add(turn)) break
  return page.built
}

/** Makes a page of items from the turns of a path, which come in the order of the page. */
export class ItemPageBuilder {
  readonly #query: Pick<ItemPageQuery, 'limit' | 'order'>
  readonly #after: string | undefined
  readonly #found: (Item & { readonly id: string })[] = []
  #isSkipping: boolean
  #hasMore = false

  /** The first turn is the one that has the item to continue after. */
  constructor({
    after,
    ...query
  }: Pick<ItemPageQuery, 'limit' | 'order'> & { after?: { item: string } | undefined }) {
    this.#query = query
    this.#after = after?.item
    this.#isSkipping = after !== undefined
  }

  get built(): PathItemPage {
    return { entries: this.#found, hasMore: this.#hasMore }
  }

  /** Takes the next turn; whether the page needs no more of them. */
  add(turn: Turn): boolean {
    const items = listedItemsOf(turn)
    for (const item of this.#query.order === 'asc' ? items : items.toReversed()) {
      if (this.#isSkipping) {
        this.#isSkipping = item.id !== this.#after
      } else if (this.#found.length === this.#query.limit) {
        this.#hasMore = true
        return true
      } else {
        this.#found.push(item)
      }
    }
    this.#isSkipping = false
    return false
  }
}

/** The page that `pagePathTurns` is asked for. */
interface PathTurnQuery {
  /** At least 1. */
  readonly limit: number
  readonly order: 'asc' | 'desc'
  /** The turn to continue after, which must be on the path. */
  readonly after: TreeNode | undefined
}

interface PathTurnPage {
  readonly entries: readonly Turn[]
  readonly hasMore: boolean
}

/** A page of the turns on a path. Costs what the page costs, not the path. */
export function pagePathTurns(path: PathReader, query: PathTurnQuery): PathTurnPage {
  const page = new TurnPageBuilder(query)
  for (const turn of turnsFrom(path, query.order, query.after)) if (page.add(turn)) break
  return page.built
}

/** Makes a page of turns from those of a path, which come in the order of the page. */
export class TurnPageBuilder {
  readonly #limit: number
  readonly #after: number | undefined
  readonly #found: Turn[] = []
  #hasMore = false

  constructor({ limit, after }: { limit: number; after: Pick<TreeNode, 'seq'> | undefined }) {
    this.#limit = limit
    this.#after = after?.seq
  }

  get built(): PathTurnPage {
    return { entries: this.#found, hasMore: this.#hasMore }
  }

  /** Takes the next turn; whether the page needs no more of them. */
  add(turn: Turn): boolean {
    if (turn.seq === this.#after) return false
    this.#hasMore = this.#found.length === this.#limit
    if (!this.#hasMore) this.#found.push(turn)
    return this.#hasMore
  }
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
  for (const { depth, count } of pathPieces(order, end.depth, start?.depth)) {
    const turns = turnsTo(ancestorAt(end, depth, at), count)
    yield* order === 'asc' ? turns : turns.toReversed()
  }
}

/** A part of a path: its last `count` turns down to a depth. */
interface PathPiece {
  readonly depth: number
  readonly count: number
}

/** The pieces in which a path of a depth is read, from the turn at the depth `start` on. */
export function* pathPieces(
  order: 'asc' | 'desc',
  end: number,
  start: number | undefined,
): Generator<PathPiece> {
  if (order === 'asc') {
    for (let first = start ?? 1; first <= end; first += chunkTurns) {
      const depth = Math.min(first + chunkTurns - 1, end)
      yield { depth, count: depth - first + 1 }
    }
    return
  }
  for (let depth = start ?? end; depth > 0; depth -= chunkTurns) {
    yield { depth, count: Math.min(chunkTurns, depth) }
  }
}

function hasId(item: Item): item is Item & { readonly id: string } {
  return item.id !== undefined
}
