import type { ContextPlan } from '../../plan/context-plan.ts'
import { itemsOf, pagePathItems, pagePathTurns } from '../../turns/page-path.ts'
import { outlineOf, outlineVersion, type TurnOutline } from '../../turns/turn-outline.ts'
import type { TreeNode } from '../../turns/tree-node.ts'
import type { Turn } from '../../turns/turn.ts'
import {
  outlinesPerCall,
  repeatedTurnsMax,
  type BasisQuery,
  type ConversationBasis,
  type IdentifiedItem,
  type PathQuery,
  type StorePage,
  type StorePageQuery,
  type TurnPageQuery,
} from '../turn-queries.ts'
import { type PostgresParts, timeOf } from './postgres-parts.ts'
import { readConversation } from './stored-conversation.ts'
import { storedText, storedTextOrNull } from './stored-text.ts'
import { parseStored } from '../parse-stored.ts'
import { readTurn, type Row } from './stored-turn.ts'

/** How many outlines are made anew at a time, because the texts of their turns are read. */
const staleOutlinesMax = 100

/** What is read of conversations and their turns; each operation in one round trip, pages in few. */
export class PostgresLog {
  readonly #parts: PostgresParts

  constructor(parts: PostgresParts) {
    this.#parts = parts
  }

  async conversation(tenant: string, id: string) {
    const [row] = await this.#ask(
      `SELECT body, epoch FROM fairlead.conversations
       WHERE number = fairlead.live_1($1, $2, $3, $4)`,
      this.#named(tenant, id),
    )
    return row && readConversation(row['body'], row['epoch'])
  }

  async basis(
    tenant: string,
    id: string,
    { branch, pathMax, key, digest }: BasisQuery,
  ): Promise<ConversationBasis | undefined> {
    const looked = [branch, key, digest].map(storedTextOrNull)
    const [head, ...rows] = await this.#ask(
      'SELECT * FROM fairlead.basis_1($1, $2, $3, $4, $5, $6, $7, $8, $9)',
      [...this.#named(tenant, id), looked[0], pathMax, looked[1], looked[2], repeatedTurnsMax],
    )
    if (head === undefined) return undefined
    const turns = new Map(rows.map((row) => [Number(row['seq']), readTurn(row)]))
    const all = (seqs: unknown) =>
      (seqs as readonly number[]).flatMap((seq) => turns.get(seq) ?? [])
    const one = (seq: unknown) => turns.get(Number(seq))
    return {
      conversation: readConversation(head['body'], head['output']),
      running: one(head['running']),
      path: all(head['path']),
      instructing: one(head['instructing']),
      pinned: all(head['pinned']),
      keyed: one(head['keyed']),
      repeated: one(head['repeated']),
    }
  }

  async path(tenant: string, id: string, { to, max }: PathQuery): Promise<readonly Turn[]> {
    const rows = await this.#ask(
      `SELECT x.* FROM fairlead.turns t,
         fairlead.texts_1(t.conversation, fairlead.path_to_1(t.conversation, t.seq, $6)) x
       WHERE t.conversation = fairlead.live_1($1, $2, $3, $4) AND t.id = $5`,
      [...this.#named(tenant, id), storedText(to), max],
    )
    return rows.map(readTurn)
  }

  async turn(tenant: string, id: string, turnId: string): Promise<Turn | undefined> {
    const [row] = await this.#ask(
      `SELECT t.status, x.body, x.output FROM fairlead.turns t
       JOIN fairlead.turn_texts x ON x.conversation = t.conversation AND x.seq = t.seq
       WHERE t.conversation = fairlead.live_1($1, $2, $3, $4) AND t.id = $5`,
      [...this.#named(tenant, id), storedText(turnId)],
    )
    return row && readTurn(row)
  }

  async outline(tenant: string, id: string, afterSeq: number): Promise<readonly TurnOutline[]> {
    const rows = await this.#ask(
      'SELECT * FROM fairlead.outlines_1($1, $2, $3, $4, $5, $6, $7, $8)',
      [...this.#named(tenant, id), afterSeq, outlinesPerCall, outlineVersion, staleOutlinesMax],
    )
    const made: { readonly row: Row; readonly outline: TurnOutline }[] = []
    const outlines = rows.map((row) => {
      if (row['outline'] !== null) return parseStored<TurnOutline>(row['outline'])
      const outline = outlineOf(readTurn(row))
      if (row['status'] !== 'in_progress') made.push({ row, outline })
      return outline
    })
    if (made.length > 0) await this.#keepOutlines(made)
    return outlines
  }

  async turnPage(tenant: string, id: string, query: TurnPageQuery): Promise<StorePage<Turn>> {
    const { limit, order, after, pathTo } = query
    if (pathTo !== undefined) {
      return this.#pathPage(tenant, id, {
        limit,
        order,
        to: pathTo,
        afterTurn: after,
        page: (piece, start) => pagePathTurns(piece, { limit, order, after: start }),
        startOf: (turn) => turn.id === after,
      })
    }
    const rows = await this.#ask('SELECT * FROM fairlead.turn_page_1($1, $2, $3, $4, $5, $6, $7)', [
      ...this.#named(tenant, id),
      limit,
      order === 'desc',
      storedTextOrNull(after),
    ])
    const outcome = rows[0]?.['outcome']
    if (outcome === 'missing' || outcome === 'unknown-after') return { outcome }
    const entries = rows.filter((row) => row['outcome'] === 'found').map(readTurn)
    return {
      outcome: 'found',
      entries: order === 'desc' ? entries.toReversed() : entries,
      hasMore: outcome === 'more',
    }
  }

  itemPage(
    tenant: string,
    id: string,
    { limit, order, after }: StorePageQuery,
  ): Promise<StorePage<IdentifiedItem>> {
    return this.#pathPage(tenant, id, {
      limit,
      order,
      afterItem: after,
      page: (piece, turn) =>
        pagePathItems(piece, {
          limit,
          order,
          after: after === undefined || turn === undefined ? undefined : { item: after, turn },
        }),
      startOf: (turn) => itemsOf(turn).some((item) => item.id === after),
    })
  }

  async item(tenant: string, id: string, itemId: string): Promise<IdentifiedItem | undefined> {
    const rows = await this.#ofItem(tenant, id, itemId)
    const row = rows.find((one) => one['selected'] === true) ?? rows[0]
    return row && itemsOf(readTurn(row)).find((item) => item.id === itemId)
  }

  async turnsOfItem(tenant: string, id: string, itemId: string): Promise<readonly Turn[]> {
    return (await this.#ofItem(tenant, id, itemId)).map(readTurn)
  }

  async plan(tenant: string, planId: string): Promise<ContextPlan | undefined> {
    const [row] = await this.#ask(
      `SELECT p.body FROM fairlead.plans p
       JOIN fairlead.conversations c ON c.number = p.conversation
       WHERE p.tenant = $1 AND p.id = $2 AND NOT fairlead.is_over_1(c, $3, $4)`,
      this.#named(tenant, planId),
    )
    return row && parseStored<ContextPlan>(row['body'])
  }

  /** A page of what is on a path, from pieces of it that are read until there is enough. */
  async #pathPage<Entry>(
    tenant: string,
    id: string,
    query: PathPageQuery<Entry>,
  ): Promise<StorePage<Entry>> {
    const { order, to, afterTurn, afterItem, page, startOf } = query
    const isDescending = order === 'desc'
    const names = [to, afterTurn, afterItem].map(storedTextOrNull)
    for (let size = query.limit + 1; ; size *= 4) {
      const rows = await this.#ask(
        'SELECT * FROM fairlead.path_piece_1($1, $2, $3, $4, $5, $6, $7, $8, $9)',
        [...this.#named(tenant, id), ...names, size, isDescending],
      )
      const outcome = rows[0]?.['outcome'] ?? 'found'
      if (outcome === 'missing' || outcome === 'unknown-after') return { outcome }
      const turns = rows.map(readTurn)
      const start = isDescending ? turns.length : 1
      const startTurn = turns[start - 1]
      const hasStart = startTurn !== undefined && startOf(startTurn)
      const found = page(asPath(turns), hasStart ? nodeAt(startTurn, start) : undefined)
      if (found.hasMore || rows[0]?.['more'] !== true) return { outcome: 'found', ...found }
    }
  }

  #ofItem(tenant: string, id: string, item: string): Promise<readonly Row[]> {
    return this.#ask('SELECT * FROM fairlead.turns_of_item_1($1, $2, $3, $4, $5)', [
      ...this.#named(tenant, id),
      storedText(item),
    ])
  }

  async #keepOutlines(made: readonly { readonly row: Row; readonly outline: TurnOutline }[]) {
    await this.#ask(
      `INSERT INTO fairlead.turn_outlines (conversation, seq, version, outline)
       SELECT t.conversation, t.seq, $3, o.outline FROM unnest($2::integer[], $4::text[])
         AS o (seq, outline)
       JOIN fairlead.turns t ON t.conversation = $1 AND t.seq = o.seq
       ON CONFLICT (conversation, seq)
       DO UPDATE SET version = EXCLUDED.version, outline = EXCLUDED.outline
       WHERE turn_outlines.version <> EXCLUDED.version`,
      [
        made[0]?.row['conversation'],
        made.map(({ row }) => row['seq']),
        outlineVersion,
        made.map(({ outline }) => JSON.stringify(outline)),
      ],
    )
  }

  #named(tenant: string, id: string): readonly [string, string, number, number | null] {
    return [storedText(tenant), storedText(id), ...timeOf(this.#parts)]
  }

  #ask(text: string, values: readonly unknown[]): Promise<readonly Row[]> {
    return this.#parts.pool.ask(text, values)
  }
}

interface PathPageQuery<Entry> {
  readonly limit: number
  readonly order: 'asc' | 'desc'
  /** Undefined for the head. */
  readonly to?: string
  readonly afterTurn?: string | undefined
  readonly afterItem?: string | undefined
  readonly page: (
    piece: ReturnType<typeof asPath>,
    start: TreeNode | undefined,
  ) => { readonly entries: readonly Entry[]; readonly hasMore: boolean }
  /** Whether a turn is the one to continue after. */
  readonly startOf: (turn: Turn) => boolean
}

/** A piece of a path as if it were a whole one: its turns, oldest first, have the depths from 1. */
function asPath(turns: readonly Turn[]) {
  const at = (place: number) => {
    const turn = turns[place - 1]
    return turn && nodeAt(turn, place)
  }
  const last = turns.at(-1)
  const end =
    last === undefined ? { seq: 0, parent: 0, jump: 0, depth: 0 } : nodeAt(last, turns.length)
  return {
    end,
    // Looked up by place, which nodes of a piece have as parents and farther ancestors.
    at,
    turnsTo: ({ depth }: TreeNode, count: number) => turns.slice(Math.max(0, depth - count), depth),
  }
}

function nodeAt({ seq }: Turn, place: number): TreeNode {
  return { seq, parent: place - 1, jump: place - 1, depth: place }
}
