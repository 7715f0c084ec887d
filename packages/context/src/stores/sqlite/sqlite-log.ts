import type { Item } from '@fairlead/llm'
import { childNode, isOnPath, type TreeNode } from '../../turns/tree-node.ts'
import { itemsOf, pagePathItems, pagePathTurns, turnOnPath } from '../../turns/page-path.ts'
import { readableTurn } from '../../turns/readable-turn.ts'
import { outlineOf, outlineVersion, type TurnOutline } from '../../turns/turn-outline.ts'
import type { Turn } from '../../turns/turn.ts'
import {
  outlinesPerCall,
  repeatedTurnsMax,
  type IdentifiedItem,
  type StorePage,
  type StorePageQuery,
  type TurnPageQuery,
} from '../turn-queries.ts'
import { parseStored } from '../parse-stored.ts'
import { readNode, readTurn, turnTexts } from './sqlite-rows.ts'
import type { Statements } from './statements.ts'

/** The turns of a SQLite store's conversations, which are named by their numbers. */
export class SqliteLog {
  readonly #sql: Statements

  constructor(sql: Statements) {
    this.#sql = sql
  }

  turn(conversation: number, id: string): Turn | undefined {
    const node = this.#nodeOf(conversation, id)
    return node && this.#turn(conversation, node.seq)
  }

  running(conversation: number): Turn | undefined {
    return this.#turn(conversation, this.#sql.runningSeq.get(conversation)?.['seq'])
  }

  keyed(conversation: number, key: string): Turn | undefined {
    return this.#turn(conversation, this.#sql.keyedSeq.get(conversation, key)?.['seq'])
  }

  repeated(conversation: number, digest: string): Turn | undefined {
    const newest = this.#sql.newestDigests.all(conversation, repeatedTurnsMax)
    const found = newest.find((row) => row['request_digest'] === digest)
    return this.#turn(conversation, found?.['seq'])
  }

  /** The end of the path to a turn, `max` turns at most, oldest first. */
  path(conversation: number, to: string, max: number): readonly Turn[] {
    const end = this.#nodeOf(conversation, to)
    return end === undefined ? [] : this.#turnsTo(conversation, end.seq, max)
  }

  /** Those of some turns that are on the path to `to` but among the turns before its last `skip`. */
  earlierOnPath(
    conversation: number,
    ids: readonly string[],
    to: string,
    skip: number,
  ): readonly Turn[] {
    const end = ids.length === 0 ? undefined : this.#nodeOf(conversation, to)
    if (end === undefined) return []
    const at = this.#nodesOf(conversation)
    return ids
      .flatMap((id) => this.#nodeOf(conversation, id) ?? [])
      .filter((node) => node.depth <= end.depth - skip && isOnPath(node, end, at))
      .toSorted((one, other) => one.seq - other.seq)
      .flatMap((node) => this.#turn(conversation, node.seq) ?? [])
  }

  outline(conversation: number, afterSeq: number): readonly TurnOutline[] {
    const rows = this.#sql.outlines.all(conversation, afterSeq, outlinesPerCall)
    return rows.flatMap(({ seq, version, outline }) => {
      if (version === outlineVersion) return [parseStored<TurnOutline>(outline)]
      const turn = this.#turn(conversation, seq)
      if (turn === undefined) return []
      const made = outlineOf(turn)
      if (turn.status !== 'in_progress') this.#putOutline(conversation, turn, made)
      return [made]
    })
  }

  turnPage(conversation: number, query: TurnPageQuery): StorePage<Turn> {
    const { limit, order, after, pathTo } = query
    const start = after === undefined ? undefined : this.#nodeOf(conversation, after)
    if (after !== undefined && start === undefined) return { outcome: 'unknown-after' }
    if (pathTo !== undefined) {
      const path = this.#pathTo(conversation, pathTo)
      if (path === undefined) return { outcome: 'found', entries: [], hasMore: false }
      if (start !== undefined && !isOnPath(start, path.end, path.at)) {
        return { outcome: 'unknown-after' }
      }
      return { outcome: 'found', ...pagePathTurns(path, { limit, order, after: start }) }
    }
    const [rows, from] =
      order === 'asc' ? [this.#sql.turnsAfter, 0] : [this.#sql.turnsBefore, Number.MAX_SAFE_INTEGER]
    const found = rows.all(conversation, start?.seq ?? from, limit + 1)
    const entries = found.slice(0, limit).map(readTurn)
    return { outcome: 'found', entries, hasMore: found.length > limit }
  }

  itemPage(
    conversation: number,
    head: string | null,
    { limit, order, after }: StorePageQuery,
  ): StorePage<IdentifiedItem> {
    const path = head === null ? undefined : this.#pathTo(conversation, head)
    const turn =
      after === undefined || path === undefined
        ? undefined
        : turnOnPath(this.#nodesWithItem(conversation, after), path)
    if (after !== undefined && turn === undefined) return { outcome: 'unknown-after' }
    if (path === undefined) return { outcome: 'found', entries: [], hasMore: false }
    const from = after === undefined || turn === undefined ? undefined : { item: after, turn }
    return { outcome: 'found', ...pagePathItems(path, { limit, order, after: from }) }
  }

  item(conversation: number, head: string | null, id: string): IdentifiedItem | undefined {
    const nodes = this.#nodesWithItem(conversation, id)
    const end = head === null ? undefined : this.#nodeOf(conversation, head)
    const at = this.#nodesOf(conversation)
    const node = (end && turnOnPath(nodes, { end, at })) ?? nodes[0]
    const turn = node && this.#turn(conversation, node.seq)
    return turn && itemsOf(turn).find((item) => item.id === id)
  }

  turnsOfItem(conversation: number, id: string): readonly Turn[] {
    const nodes = this.#nodesWithItem(conversation, id)
    return nodes.flatMap(({ seq }) => this.#turn(conversation, seq) ?? [])
  }

  add(conversation: number, added: Turn): void {
    const turn = readableTurn(added)
    const { seq, id, status, idempotency_key, request_digest } = turn
    const at = this.#nodesOf(conversation)
    const before = turn.parent === null ? undefined : this.#nodeOf(conversation, turn.parent)
    const { parent, jump, depth } = childNode(seq, before, at)
    const place = [conversation, seq, id, parent, jump, depth] as const
    this.#sql.insertTurn.run(...place, status, idempotency_key, request_digest)
    this.#sql.insertTexts.run(conversation, seq, ...turnTexts(turn))
    this.#putItems(conversation, seq, itemsOf(turn))
    if (status !== 'in_progress') this.#putOutline(conversation, turn, outlineOf(turn))
  }

  /** Replaces a turn of the same id; its place in the tree stays. Returns whether there is one. */
  replace(conversation: number, replacing: Turn): boolean {
    const turn = readableTurn(replacing)
    const before = this.turn(conversation, turn.id)
    if (before === undefined) return false
    const { seq } = before
    const kept = new Set(itemsOf(turn).map(({ id }) => id))
    for (const { id } of itemsOf(before)) {
      if (!kept.has(id)) this.#sql.deleteItem.run(conversation, id, seq)
    }
    this.end(conversation, seq, turn)
    return true
  }

  /** Replaces a turn by one that has at least its items. */
  end(conversation: number, seq: number, ended: Turn): void {
    const turn = readableTurn(ended)
    this.#sql.setStatus.run(turn.status, conversation, seq)
    this.#sql.setTexts.run(...turnTexts(turn), conversation, seq)
    this.#putItems(conversation, seq, itemsOf(turn))
    this.#putOutline(conversation, turn, outlineOf(turn))
  }

  flush(conversation: number, turnId: string, output: readonly Item[]): void {
    const row = this.#sql.nodeById.get(conversation, turnId)
    if (row?.['status'] !== 'in_progress') return
    this.#sql.setOutput.run(JSON.stringify(output), conversation, Number(row['seq']))
  }

  /** The seq and the status of a turn. */
  stateOf(conversation: number, turnId: string) {
    const row = this.#sql.nodeById.get(conversation, turnId)
    return row && { seq: Number(row['seq']), status: String(row['status']) }
  }

  /** Ends every running turn as `incomplete`. Returns how many. */
  recover(completedAt: number): number {
    const running = this.#sql.allRunning.all()
    for (const row of running) {
      const turn: Turn = { ...readTurn(row), status: 'incomplete', completed_at: completedAt }
      this.end(Number(row['conversation']), Number(row['seq']), turn)
    }
    return running.length
  }

  #turn(conversation: number, seq: unknown): Turn | undefined {
    if (typeof seq !== 'number') return undefined
    const row = this.#sql.turn.get(conversation, seq)
    return row && readTurn(row)
  }

  #turnsTo(conversation: number, seq: number, max: number): readonly Turn[] {
    return max < 1 ? [] : this.#sql.path.all(conversation, seq, max).map(readTurn)
  }

  #nodeOf(conversation: number, turnId: string): TreeNode | undefined {
    return readNode(this.#sql.nodeById.get(conversation, turnId))
  }

  /** The path to a turn, for reading it piece by piece; undefined if there is no such turn. */
  #pathTo(conversation: number, turnId: string) {
    const end = this.#nodeOf(conversation, turnId)
    return (
      end && {
        end,
        at: this.#nodesOf(conversation),
        turnsTo: (node: TreeNode, count: number) => this.#turnsTo(conversation, node.seq, count),
      }
    )
  }

  #nodesOf(conversation: number): (seq: number) => TreeNode | undefined {
    return (seq) => readNode(this.#sql.node.get(conversation, seq))
  }

  /** Newest first. */
  #nodesWithItem(conversation: number, item: string): readonly TreeNode[] {
    const rows = this.#sql.nodesWithItem.all(conversation, item)
    return rows.flatMap((row) => readNode(row) ?? [])
  }

  #putItems(conversation: number, seq: number, items: readonly IdentifiedItem[]): void {
    for (const { id } of items) this.#sql.insertItem.run(conversation, id, seq)
  }

  #putOutline(conversation: number, turn: Turn, outline: TurnOutline): void {
    this.#sql.putOutline.run(conversation, turn.seq, outlineVersion, JSON.stringify(outline))
  }
}
