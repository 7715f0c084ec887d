import type { ContextPlan } from '../../plan/context-plan.ts'
import { ItemPageBuilder, itemsOf, pathPieces, TurnPageBuilder } from '../../turns/page-path.ts'
import { outlineOf, type TurnOutline } from '../../turns/turn-outline.ts'
import type { Turn } from '../../turns/turn.ts'
import {
  outlinesPerCall,
  type BasisQuery,
  type ConversationBasis,
  type IdentifiedItem,
  type PathQuery,
  type StorePage,
  type StorePageQuery,
  type TurnPageQuery,
} from '../turn-queries.ts'
import { keepOutlineScript } from './conversation-scripts.ts'
import {
  basisScript,
  itemScript,
  outlinesScript,
  pathScript,
  placeScript,
  planScript,
  seqsScript,
  textsScript,
  turnScript,
} from './reading-scripts.ts'
import { type RedisParts, timeArguments } from './redis-parts.ts'
import { listOf, numbersOf, textOf, textsOf } from './redis-reply.ts'
import type { RedisScript } from './redis-script.ts'
import type { RedisSession } from './redis-session.ts'
import { marked, readConversation } from './stored-conversation.ts'
import { parseStored } from '../parse-stored.ts'
import { outlineText, readOutline, readTurn } from './stored-turn.ts'

/** About how many bytes of texts one script returns. */
const textBytesMax = 8 * 1024 ** 2
/** How many turns one script looks at. */
const turnsPerScript = 200

const empty = { outcome: 'found', entries: [], hasMore: false } as const

/** One conversation in a session. */
class Reader {
  readonly #session: RedisSession
  readonly #parts: RedisParts
  readonly #keys: readonly string[]

  constructor(session: RedisSession, parts: RedisParts, tenant: string, id: string) {
    this.#session = session
    this.#parts = parts
    this.#keys = parts.keys.conversation(tenant, id)
  }

  /** What a script replies; undefined where there is no such conversation. */
  async ask(script: RedisScript, ...values: readonly (string | number)[]) {
    const asked = [...timeArguments(this.#parts), ...values]
    const reply = listOf(await this.#session.run(script, this.#keys, asked))
    return reply.length === 0 ? undefined : reply
  }

  keepOutline(seq: string, before: string, outline: TurnOutline): void {
    const values = [seq, before, outlineText(outline)]
    this.#parts.link.detach((session) => session.run(keepOutlineScript, this.#keys, values))
  }

  /** Turns by seq, of which some were read already. A conversation that is gone has none. */
  async turns(seqs: readonly number[], texts: unknown = []): Promise<ReadonlyMap<number, Turn>> {
    const turns = turnsIn(texts)
    let missing = [...new Set(seqs)].filter((seq) => seq !== 0 && !turns.has(seq))
    while (missing.length > 0) {
      const part = missing.slice(0, turnsPerScript)
      const [, found] = (await this.ask(textsScript, textBytesMax, ...part)) ?? []
      const read = turnsIn(found)
      for (const [seq, turn] of read) turns.set(seq, turn)
      // What was not found although there was room for it is gone.
      if (read.size === 0) break
      missing = missing.filter((seq) => !turns.has(seq))
    }
    return turns
  }

  async inOrder(seqs: readonly number[]): Promise<readonly Turn[]> {
    const turns = await this.turns(seqs)
    return seqs.flatMap((seq) => turns.get(seq) ?? [])
  }
}

function turnsIn(texts: unknown): Map<number, Turn> {
  const turns = new Map<number, Turn>()
  const list = textsOf(texts)
  for (let at = 0; at + 2 < list.length; at += 3) {
    turns.set(Number(list[at]), readTurn(list[at + 1] ?? '', list[at + 2] ?? ''))
  }
  return turns
}

/** What is read of conversations and their turns. */
export class RedisLog {
  readonly #parts: RedisParts

  constructor(parts: RedisParts) {
    this.#parts = parts
  }

  basis(tenant: string, id: string, query: BasisQuery): Promise<ConversationBasis | undefined> {
    return this.#reading(tenant, id, async (reader) => {
      const { branch = '', pathMax, key, digest } = query
      const asked = [branch, pathMax, marked(key), marked(digest), textBytesMax]
      const reply = await reader.ask(basisScript, ...asked)
      if (reply === undefined) return undefined
      const [running, instructing, keyed, repeated] = numbersOf(reply.slice(2, 6))
      const path = numbersOf(reply[6]).toReversed()
      const pinned = numbersOf(reply[7])
      const places = [running ?? 0, instructing ?? 0, keyed ?? 0, repeated ?? 0]
      const turns = await reader.turns([...places, ...path, ...pinned], reply[8])
      const turn = (seq: number | undefined) => turns.get(seq ?? 0)
      const all = (seqs: readonly number[]) => seqs.flatMap((seq) => turn(seq) ?? [])
      return {
        conversation: readConversation(textOf(reply[0]), textOf(reply[1])),
        running: turn(running),
        path: all(path),
        pinned: all(pinned),
        instructing: turn(instructing),
        keyed: turn(keyed),
        repeated: turn(repeated),
      }
    })
  }

  path(tenant: string, id: string, { to, max }: PathQuery): Promise<readonly Turn[]> {
    return this.#reading(tenant, id, async (reader) => {
      const [end] = numbersOf(await reader.ask(placeScript, to, '-', '-'))
      const pieces: (readonly Turn[])[] = []
      for (let [seq, left] = [end ?? 0, max]; seq > 0 && left > 0; left -= turnsPerScript) {
        const count = Math.min(left, turnsPerScript)
        const [before, found] = (await reader.ask(pathScript, seq, 0, count)) ?? []
        pieces.unshift(await reader.inOrder(numbersOf(found).toReversed()))
        seq = Number(before ?? 0)
      }
      return pieces.flat()
    })
  }

  turn(tenant: string, id: string, turnId: string): Promise<Turn | undefined> {
    return this.#reading(tenant, id, async (reader) => {
      const [seq, texts] = (await reader.ask(turnScript, turnId)) ?? []
      return turnsIn(texts).get(Number(seq))
    })
  }

  outline(tenant: string, id: string, afterSeq: number): Promise<readonly TurnOutline[]> {
    return this.#reading(tenant, id, async (reader) => {
      const [running, found] = (await reader.ask(outlinesScript, afterSeq, outlinesPerCall)) ?? []
      const list = textsOf(found)
      const rows = list.flatMap((seq, index) =>
        index % 2 === 0 ? [{ seq, text: list[index + 1] ?? '' }] : [],
      )
      const unknown = rows.filter(({ text }) => readOutline(text) === undefined)
      const turns = await reader.turns(unknown.map(({ seq }) => Number(seq)))
      return rows.flatMap(({ seq, text }) => {
        const known = readOutline(text)
        const turn = turns.get(Number(seq))
        if (known !== undefined || turn === undefined) return known ?? []
        const made = outlineOf(turn)
        if (seq !== running) reader.keepOutline(seq, text, made)
        return made
      })
    })
  }

  turnPage(tenant: string, id: string, query: TurnPageQuery): Promise<StorePage<Turn>> {
    return this.#reading(tenant, id, async (reader) => {
      const { limit, order, after, pathTo } = query
      if (pathTo !== undefined) return pathPage(reader, pathTo, query)
      const step = order === 'asc' ? 1 : -1
      const reply = await reader.ask(seqsScript, step, limit + 1, after ?? '')
      if (reply === undefined) return { outcome: 'missing' }
      const [isKnown, found] = reply
      if (isKnown === 0) return { outcome: 'unknown-after' }
      const seqs = numbersOf(found)
      const entries = await reader.inOrder(seqs.slice(0, limit))
      return { outcome: 'found', entries, hasMore: seqs.length > limit }
    })
  }

  itemPage(
    tenant: string,
    id: string,
    { limit, order, after }: StorePageQuery,
  ): Promise<StorePage<IdentifiedItem>> {
    return this.#reading(tenant, id, async (reader) => {
      const place = await reader.ask(placeScript, '', marked(after?.toWellFormed()), '-')
      if (place === undefined) return { outcome: 'missing' }
      const [end = 0, depth = 0, start = 0, startDepth = 0] = numbersOf(place)
      if (after !== undefined && start === 0) return { outcome: 'unknown-after' }
      const from = after === undefined ? undefined : { item: after }
      const page = new ItemPageBuilder({ limit, order, after: from })
      const path = { end, depth, start: start === 0 ? undefined : startDepth }
      for await (const turn of turnsOn(reader, path, order)) if (page.add(turn)) break
      return { outcome: 'found', ...page.built }
    })
  }

  item(tenant: string, id: string, itemId: string): Promise<IdentifiedItem | undefined> {
    return this.#reading(tenant, id, async (reader) => {
      const [selected, found] = (await reader.ask(itemScript, itemId.toWellFormed())) ?? []
      const seq = Number(selected ?? 0) || (numbersOf(found)[0] ?? 0)
      const [turn] = await reader.inOrder([seq])
      return turn && itemsOf(turn).find((item) => item.id === itemId)
    })
  }

  turnsOfItem(tenant: string, id: string, itemId: string): Promise<readonly Turn[]> {
    return this.#reading(tenant, id, async (reader) => {
      const [, found] = (await reader.ask(itemScript, itemId.toWellFormed())) ?? []
      return reader.inOrder(numbersOf(found))
    })
  }

  /** A plan of a conversation. */
  plan(tenant: string, id: string, planId: string): Promise<ContextPlan | undefined> {
    return this.#reading(tenant, id, async (reader) => {
      const [plan] = (await reader.ask(planScript, planId)) ?? []
      return typeof plan === 'string' ? parseStored<ContextPlan>(plan) : undefined
    })
  }

  #reading<T>(tenant: string, id: string, read: (reader: Reader) => Promise<T>): Promise<T> {
    const parts = this.#parts
    return parts.link.within((session) => read(new Reader(session, parts, tenant, id)))
  }
}

async function pathPage(
  reader: Reader,
  to: string,
  { limit, order, after }: StorePageQuery,
): Promise<StorePage<Turn>> {
  const place = await reader.ask(placeScript, to, '-', after ?? '-')
  if (place === undefined) return { outcome: 'missing' }
  const [end = 0, depth = 0, start = 0, startDepth = 0] = numbersOf(place)
  if (end === 0 && after !== undefined) {
    const [seq] = numbersOf(await reader.ask(turnScript, after))
    return (seq ?? 0) === 0 ? { outcome: 'unknown-after' } : empty
  }
  if (after !== undefined && start === 0) return { outcome: 'unknown-after' }
  const from = start === 0 ? undefined : { seq: start }
  const page = new TurnPageBuilder({ limit, after: from })
  const path = { end, depth, start: start === 0 ? undefined : startDepth }
  for await (const turn of turnsOn(reader, path, order)) if (page.add(turn)) break
  return { outcome: 'found', ...page.built }
}

/** The turns of a path, from one at a depth on, as they are asked for. */
async function* turnsOn(
  reader: Reader,
  path: { readonly end: number; readonly depth: number; readonly start: number | undefined },
  order: 'asc' | 'desc',
): AsyncGenerator<Turn> {
  for (const { depth, count } of pathPieces(order, path.depth, path.start)) {
    const [, found] = (await reader.ask(pathScript, path.end, depth, count)) ?? []
    const seqs = numbersOf(found)
    yield* await reader.inOrder(order === 'asc' ? seqs.toReversed() : seqs)
  }
}
