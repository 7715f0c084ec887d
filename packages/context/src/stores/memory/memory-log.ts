import { childNode, isOnPath, type TreeNode } from '../../turns/tree-node.ts'
import { itemsOf, pagePathItems, pagePathTurns, turnOnPath } from '../../turns/page-path.ts'
import { readableTurn } from '../../turns/readable-turn.ts'
import { outlineOf, type TurnOutline } from '../../turns/turn-outline.ts'
import type { Turn } from '../../turns/turn.ts'
import {
  outlinesPerCall,
  repeatedTurnsMax,
  type IdentifiedItem,
  type StorePage,
  type StorePageQuery,
  type TurnPageQuery,
} from '../turn-queries.ts'

interface LoggedTurn {
  readonly node: TreeNode
  turn: Turn
  /** Of its JSON. */
  bytes: number
  /** Made when it is first asked for. */
  outline: TurnOutline | undefined
}

/** The turns of one conversation in this process. */
export class MemoryLog {
  /** By seq. */
  readonly #turns: LoggedTurn[] = []
  readonly #indexById = new Map<string, number>()
  readonly #indexBySeq = new Map<number, number>()
  /** Indexes of turns that have an item, oldest first. */
  readonly #indexesByItem = new Map<string, number[]>()
  readonly #indexByKey = new Map<string, number>()
  #runningIndex: number | undefined
  #bytes = 0

  /** Of the JSON of all turns. */
  get bytes(): number {
    return this.#bytes
  }

  get count(): number {
    return this.#turns.length
  }

  get running(): Turn | undefined {
    return this.#runningIndex === undefined ? undefined : this.#turns[this.#runningIndex]?.turn
  }

  turn(id: string): Turn | undefined {
    return this.#find(id)?.turn
  }

  add(turn: Turn): void {
    const index = this.#turns.length
    const parent = turn.parent === null ? undefined : this.#find(turn.parent)?.node
    const node = childNode(turn.seq, parent, this.#at)
    this.#turns.push({ node, turn, bytes: 0, outline: undefined })
    this.#indexById.set(turn.id, index)
    this.#indexBySeq.set(turn.seq, index)
    if (turn.idempotency_key !== null) this.#indexByKey.set(turn.idempotency_key, index)
    if (turn.status === 'in_progress') this.#runningIndex = index
    this.#put(index, turn)
  }

  /** Replaces a turn of the same id; its place in the tree stays. */
  replace(turn: Turn): void {
    const index = this.#indexById.get(turn.id)
    const before = index === undefined ? undefined : this.#turns[index]
    if (index === undefined || before === undefined) return
    for (const { id } of itemsOf(before.turn)) this.#forgetItem(id, index)
    if (index === this.#runningIndex && turn.status !== 'in_progress') {
      this.#runningIndex = undefined
    }
    this.#put(index, turn)
  }

  /** The end of the path to a turn, `max` turns at most, oldest first. */
  path(to: string, max: number): readonly Turn[] {
    const end = this.#find(to)
    return end === undefined ? [] : this.#turnsTo(end.node, max)
  }

  /** Those of some turns that are on the path to `to` but among the turns before its last `skip`. */
  earlierOnPath(ids: readonly string[], to: string, skip: number): readonly Turn[] {
    const end = this.#find(to)?.node
    if (end === undefined) return []
    const found = ids.flatMap((id) => this.#find(id) ?? [])
    return found
      .filter(({ node }) => node.depth <= end.depth - skip && isOnPath(node, end, this.#at))
      .toSorted((one, other) => one.node.seq - other.node.seq)
      .map(({ turn }) => turn)
  }

  keyed(key: string): Turn | undefined {
    const index = this.#indexByKey.get(key)
    return index === undefined ? undefined : this.#turns[index]?.turn
  }

  repeated(digest: string): Turn | undefined {
    const newest = this.#turns.slice(-repeatedTurnsMax)
    return newest.findLast(({ turn }) => turn.request_digest === digest)?.turn
  }

  outline(afterSeq: number): readonly TurnOutline[] {
    // From the end: what was asked for before is most of the log.
    const from = this.#turns.findLastIndex(({ node }) => node.seq <= afterSeq) + 1
    return this.#turns.slice(from, from + outlinesPerCall).map((logged) => {
      logged.outline ??= outlineOf(logged.turn)
      return logged.outline
    })
  }

  turnPage(query: TurnPageQuery): StorePage<Turn> {
    const { limit, order, after, pathTo } = query
    if (pathTo !== undefined) return this.#pathPage(pathTo, query)
    const step = order === 'asc' ? 1 : -1
    const start = order === 'asc' ? -1 : this.#turns.length
    const index = after === undefined ? start : this.#indexById.get(after)
    if (index === undefined) return { outcome: 'unknown-after' }
    const entries: Turn[] = []
    for (let next = index + step; ; next += step) {
      const logged = this.#turns[next]
      if (logged === undefined) return { outcome: 'found', entries, hasMore: false }
      if (entries.length === limit) return { outcome: 'found', entries, hasMore: true }
      entries.push(logged.turn)
    }
  }

  itemPage(head: string | null, query: StorePageQuery): StorePage<IdentifiedItem> {
    const { limit, order, after } = query
    const end = head === null ? undefined : this.#find(head)?.node
    const path = end && { end, at: this.#at, turnsTo: this.#turnsTo }
    const turn =
      after === undefined || path === undefined
        ? undefined
        : turnOnPath(this.#nodesWithItem(after), path)
    if (after !== undefined && turn === undefined) return { outcome: 'unknown-after' }
    if (path === undefined) return { outcome: 'found', entries: [], hasMore: false }
    const from = after === undefined || turn === undefined ? undefined : { item: after, turn }
    return { outcome: 'found', ...pagePathItems(path, { limit, order, after: from }) }
  }

  item(head: string | null, id: string): IdentifiedItem | undefined {
    const nodes = this.#nodesWithItem(id)
    const end = head === null ? undefined : this.#find(head)?.node
    const node = (end && turnOnPath(nodes, { end, at: this.#at })) ?? nodes[0]
    const index = node && this.#indexBySeq.get(node.seq)
    const turn = index === undefined ? undefined : this.#turns[index]?.turn
    return turn && itemsOf(turn).find((item) => item.id === id)
  }

  turnsOfItem(id: string): readonly Turn[] {
    const indexes = this.#indexesByItem.get(id) ?? []
    return indexes.toReversed().flatMap((index) => this.#turns[index]?.turn ?? [])
  }

  #pathPage(to: string, { limit, order, after }: StorePageQuery): StorePage<Turn> {
    const end = this.#find(to)?.node
    const start = after === undefined ? undefined : this.#find(after)?.node
    const isThere = start !== undefined && end !== undefined && isOnPath(start, end, this.#at)
    if (after !== undefined && !isThere) return { outcome: 'unknown-after' }
    if (end === undefined) return { outcome: 'found', entries: [], hasMore: false }
    const path = { end, at: this.#at, turnsTo: this.#turnsTo }
    return { outcome: 'found', ...pagePathTurns(path, { limit, order, after: start }) }
  }

  readonly #at = (seq: number): TreeNode | undefined => {
    const index = this.#indexBySeq.get(seq)
    return index === undefined ? undefined : this.#turns[index]?.node
  }

  readonly #turnsTo = (node: TreeNode, count: number): readonly Turn[] => {
    const turns: Turn[] = []
    let index = this.#indexBySeq.get(node.seq)
    while (index !== undefined && turns.length < count) {
      const logged = this.#turns[index]
      if (logged === undefined) break
      turns.push(logged.turn)
      index = this.#indexBySeq.get(logged.node.parent)
    }
    return turns.toReversed()
  }

  #find(id: string): LoggedTurn | undefined {
    const index = this.#indexById.get(id)
    return index === undefined ? undefined : this.#turns[index]
  }

  #put(index: number, added: Turn): void {
    const turn = readableTurn(added)
    const logged = this.#turns[index]
    if (logged === undefined) return
    const bytes = Buffer.byteLength(JSON.stringify(turn))
    this.#bytes += bytes - logged.bytes
    Object.assign(logged, { turn, bytes, outline: undefined })
    for (const { id } of itemsOf(turn)) {
      const indexes = this.#indexesByItem.get(id)
      if (indexes === undefined) this.#indexesByItem.set(id, [index])
      else if (!indexes.includes(index)) indexes.push(index)
    }
  }

  #forgetItem(id: string, index: number): void {
    const left = this.#indexesByItem.get(id)?.filter((one) => one !== index) ?? []
    if (left.length === 0) this.#indexesByItem.delete(id)
    else this.#indexesByItem.set(id, left)
  }

  /** Newest first. */
  #nodesWithItem(id: string): readonly TreeNode[] {
    const indexes = this.#indexesByItem.get(id) ?? []
    return indexes.toReversed().flatMap((index) => this.#turns[index]?.node ?? [])
  }
}
