import type { KeptResponse, ResponseError } from '../kept-response.ts'
import { readResponseStatus } from '../read-status.ts'
import type {
  ChainBounds,
  ResponseBounds,
  ResponseChain,
  ResponseEnd,
  ResponseFinish,
  ResponseFrames,
  ResponseProgress,
  ResponseStore,
} from '../response-store.ts'
import { expireBatch } from '../turn-store.ts'
import { joinScript } from './conversation-scripts.ts'
import { entryParts } from './redis-indexes.ts'
import { indexShards } from './redis-keys.ts'
import { RedisKept } from './redis-kept.ts'
import type { RedisMembers } from './redis-members.ts'
import { type RedisParts, timeArguments } from './redis-parts.ts'
import { listOf, textOf, textsOf } from './redis-reply.ts'
import { hashIndex, type RepairedIndex, sortedIndex } from './redis-repair.ts'
import type { RedisScript } from './redis-script.ts'
import type { RedisSession } from './redis-session.ts'
import {
  addResponseScript,
  failResponseScript,
  finishResponseScript,
  flushResponseScript,
  framesScript,
  linkScript,
  loadResponseScript,
  removeResponseScript,
} from './response-scripts.ts'
import { readResponse, responseFields, storedResponse } from './stored-response.ts'
import { parseStored } from '../parse-stored.ts'

interface RedisResponsesOptions {
  readonly parts: RedisParts
  readonly members: RedisMembers
  readonly ttlMs: number
  readonly bounds: ResponseBounds
}

type Named = Pick<KeptResponse, 'tenant' | 'id'>

/** How many responses of a conversation are looked at together. */
const pieceResponses = 100
/** How often a response may come too late after its conversation has noted it. */
const attemptsMax = 4

/** The kept responses of a store in Redis. */
export class RedisResponses implements ResponseStore {
  readonly #parts: RedisParts
  readonly #members: RedisMembers
  readonly #kept: RedisKept
  #ttlMs: number

  constructor({ parts, members, ttlMs, bounds }: RedisResponsesOptions) {
    this.#parts = parts
    this.#members = members
    this.#ttlMs = ttlMs
    const { responsesMax: countMax, bytesMax } = bounds
    this.#kept = new RedisKept({ keys: parts.keys, group: 'responses', countMax, bytesMax })
  }

  add(response: KeptResponse): Promise<boolean> {
    const { link, clock } = this.#parts
    const { tenant, id } = response
    const fields = { ...storedResponse(response), touched: clock.now(), member: this.#parts.member }
    return link.within(async (session) => {
      const values = Object.entries(fields).flat()
      for (let attempt = 0; attempt < attemptsMax; attempt++) {
        const noted = await this.#noted(session, response)
        if (noted === undefined) return false
        const [, reply] = await Promise.all([
          this.#kept.count(session, [tenant, id], 0, undefined),
          this.#run(session, response, addResponseScript, noted, ...values),
        ])
        const bytes = Number(reply)
        if (bytes === -1) throw new Error(`there is a response ${id} already`)
        if (bytes >= 0) {
          const isWhole = response.status !== 'queued' && response.status !== 'in_progress'
          await this.#counted(session, response, bytes, isWhole ? clock.now() : undefined)
          return true
        }
        await this.#kept.uncount(session, [[tenant, id]])
        if (bytes === -2) return false
      }
      throw new Error('Redis is too slow: a response came too late for its conversation')
    })
  }

  load(tenant: string, id: string): Promise<KeptResponse | undefined> {
    return this.#parts.link.within((session) => this.#load(session, { tenant, id }))
  }

  chain(tenant: string, id: string, bounds: ChainBounds): Promise<ResponseChain> {
    return this.#parts.link.within(async (session) => {
      // Measured before anything is read, so that a chain that is too long costs little.
      const ids: string[] = []
      let bytes = 0
      for (let next: string | null = id; next !== null;) {
        const reply = listOf(await this.#run(session, { tenant, id: next }, linkScript))
        if (reply.length === 0) return { outcome: 'missing', id: next }
        ids.push(next)
        bytes += Number(reply[1])
        if (ids.length > bounds.responsesMax || bytes > bounds.bytesMax) {
          return { outcome: 'too-long' }
        }
        next = textOf(reply[0]).startsWith('+') ? textOf(reply[0]).slice(1) : null
      }
      const loaded = ids.toReversed().map((one) => this.#load(session, { tenant, id: one }))
      const responses = (await Promise.all(loaded)).filter((one) => one !== undefined)
      return { outcome: 'found', responses }
    })
  }

  async flush(progress: readonly ResponseProgress[]): Promise<void> {
    await this.#parts.link.within(async (session) => {
      for (const one of progress) {
        const output = one.output === undefined ? '' : JSON.stringify(one.output)
        const values = [one.firstFrame, output, ...one.frames]
        const bytes = Number(await this.#run(session, one, flushResponseScript, ...values))
        if (bytes >= 0) await this.#counted(session, one, bytes, undefined)
      }
    })
  }

  finish(end: ResponseEnd): Promise<ResponseFinish> {
    const { link, clock, keys } = this.#parts
    const items = end.output.flatMap(({ id }) => (typeof id === 'string' ? [id] : []))
    const fields = {
      status: end.status,
      completed: end.completedAt,
      error: JSON.stringify(end.error),
      answered: JSON.stringify(end.answeredBy),
      body: JSON.stringify(end.body),
      output: JSON.stringify(end.output),
      items: JSON.stringify(items),
      touched: clock.now(),
    }
    const values = Object.entries(fields).flat()
    return link.within(async (session) => {
      const named = items.map((item) => {
        const names = [end.tenant, item]
        return session.call('HSET', keys.index('items', names), JSON.stringify(names), end.id)
      })
      const sent = [end.firstFrame, values.length / 2, ...values, ...end.frames]
      const replied = this.#run(session, end, finishResponseScript, ...sent)
      const [reply] = await Promise.all([replied, ...named])
      const [outcome, bytes] = listOf(reply)
      if (outcome !== 'stored') return outcome === 'ended' ? 'ended' : 'missing'
      await this.#counted(session, end, Number(bytes), clock.now())
      return 'stored'
    })
  }

  frames(
    tenant: string,
    id: string,
    from: number,
    bytesMax: number,
  ): Promise<ResponseFrames | undefined> {
    return this.#parts.link.within(async (session) => {
      const asked = [from, bytesMax] as const
      const reply = listOf(await this.#run(session, { tenant, id }, framesScript, ...asked))
      if (reply.length === 0) return undefined
      const [status, count, frames] = reply
      return {
        frames: textsOf(frames),
        status: readResponseStatus(textOf(status)),
        count: Number(count),
      }
    })
  }

  responseWithItem(tenant: string, itemId: string): Promise<string | undefined> {
    const { link, keys } = this.#parts
    return link.within(async (session) => {
      const names = [tenant, itemId]
      const key = keys.index('items', names)
      const id = await session.call('HGET', key, JSON.stringify(names))
      if (typeof id !== 'string') return undefined
      return (await this.#hasItem(session, { tenant, id }, itemId)) ? id : undefined
    })
  }

  /**
   * Items, whose responses were not stored in the end, or deleted before they were told of here; and
   * conversations with responses, which are left where somebody died who had deleted the conversation.
   */
  repaired(): readonly RepairedIndex[] {
    const { keys } = this.#parts
    return Array.from({ length: indexShards }, (_, shard) => [
      hashIndex(keys.indexShard('items', shard), (session, name, id) => {
        const [tenant = '', item = ''] = entryParts(name)
        return this.#hasItem(session, { tenant, id }, item)
      }),
      sortedIndex(keys.indexShard('owners', shard), async (session, name) => {
        const [tenant = '', id = ''] = entryParts(name)
        if ((await session.call('EXISTS', keys.head(tenant, id))) === 0) {
          await this.removeOf(session, tenant, id)
        }
        return (await session.call('EXISTS', keys.responsesOf(tenant, id))) === 1
      }),
    ]).flat()
  }

  remove(tenant: string, id: string): Promise<boolean> {
    return this.#parts.link.within(
      async (session) => (await this.#remove(session, { tenant, id }, 'asked')) === 'removed',
    )
  }

  async recover(error: ResponseError, completedAt: number): Promise<number> {
    const session = await this.#parts.link.session()
    let failed = 0
    for await (const [names, isOld] of this.#kept.made(session)) {
      const one = namedBy(names)
      // Read after the response was found: whoever has stored it is among them, or dead.
      const alive = await this.#members.alive(session)
      const values = [JSON.stringify(error), completedAt, ...alive]
      const reply = listOf(await this.#run(session, one, failResponseScript, ...values))
      const [outcome, bytes, touchedMs] = reply
      if (outcome === 'failed') failed += 1
      if (outcome === 'failed' || outcome === 'ended') {
        await this.#counted(session, one, Number(bytes), Number(touchedMs))
      } else if (outcome === 'missing' && isOld) await this.#kept.uncount(session, [names])
    }
    return failed
  }

  async expire(): Promise<number> {
    const { link, clock } = this.#parts
    const session = await link.session()
    const names = await this.#kept.wholeUntil(session, clock.now() - this.#ttlMs, expireBatch)
    let expired = 0
    for (const one of names) {
      if ((await this.#remove(session, namedBy(one), 'expired')) === 'removed') expired += 1
    }
    return expired
  }

  /** Changes how long responses are kept. */
  configure(ttlMs: number): void {
    this.#ttlMs = ttlMs
  }

  /**
   * Deletes the responses of a conversation that is deleted: no others can come any more, and those that
   * were noted do not. Returns how many.
   */
  async removeOf(session: RedisSession, tenant: string, conversation: string): Promise<number> {
    const { keys } = this.#parts
    const key = keys.responsesOf(tenant, conversation)
    let removed = 0
    for (;;) {
      const ids = textsOf(await session.call('SRANDMEMBER', key, pieceResponses))
      if (ids.length === 0) break
      const outcomes = await Promise.all(
        ids.map((id) => this.#remove(session, { tenant, id }, 'owned')),
      )
      removed += outcomes.filter((outcome) => outcome === 'removed').length
      await session.call('SREM', key, ...ids)
    }
    await this.#disown(session, tenant, conversation)
    return removed
  }

  /**
   * Has the conversation of a response note it, so that it is deleted with it. When it did, by the
   * server's time, or empty where it has none; undefined where it is gone.
   */
  async #noted(session: RedisSession, response: KeptResponse): Promise<string | undefined> {
    const { tenant, id, conversation } = response
    if (conversation === null) return ''
    const { keys } = this.#parts
    const names = [tenant, conversation]
    const [, reply] = await Promise.all([
      session.call('ZADD', keys.index('owners', names), 0, JSON.stringify(names)),
      session.run(joinScript, keys.conversation(tenant, conversation), [
        ...timeArguments(this.#parts),
        id,
      ]),
    ])
    if (reply !== 0) return textOf(reply)
    this.#parts.link.detach((one) => this.#disown(one, tenant, conversation))
    return undefined
  }

  /** A conversation has no responses, unless another of its id has some by now. */
  async #disown(session: RedisSession, tenant: string, conversation: string): Promise<void> {
    const { keys } = this.#parts
    const names = [tenant, conversation]
    const [index, entry] = [keys.index('owners', names), JSON.stringify(names)]
    await session.call('ZREM', index, entry)
    const hasSome = await session.call('EXISTS', keys.responsesOf(tenant, conversation))
    if (hasSome === 1) await session.call('ZADD', index, 0, entry)
  }

  async #hasItem(session: RedisSession, named: Named, item: string): Promise<boolean> {
    const [items] = listOf(await this.#run(session, named, loadResponseScript, 'items'))
    return typeof items === 'string' && parseStored<string[]>(items).includes(item)
  }

  async #load(session: RedisSession, named: Named): Promise<KeptResponse | undefined> {
    const reply = await this.#run(session, named, loadResponseScript, ...responseFields)
    const values = textsOf(reply)
    return values.length === 0 ? undefined : readResponse(named, values)
  }

  /** Deletes one, and what points to it. Why: as `removeResponseScript` has it. */
  async #remove(session: RedisSession, named: Named, why: string): Promise<string> {
    const { keys, link } = this.#parts
    const { tenant, id } = named
    const [outcome, detail, conversation] = listOf(
      await this.#run(session, named, removeResponseScript, why),
    )
    if (outcome === 'kept') {
      // It was touched when its count was lost.
      if (why === 'expired') await this.#kept.count(session, [tenant, id], 0, Number(detail))
      return 'kept'
    }
    await this.#kept.uncount(session, [[tenant, id]])
    if (outcome !== 'removed') return 'missing'
    const items = parseStored<string[]>(textOf(detail) || '[]')
    link.detach(async (one) => {
      for (const item of items) {
        const names = [tenant, item]
        await one.call('HDEL', keys.index('items', names), JSON.stringify(names))
      }
      const of = textOf(conversation)
      if (of.startsWith('+')) await one.call('SREM', keys.responsesOf(tenant, of.slice(1)), id)
    })
    return 'removed'
  }

  /** Counts one after a change, and makes room. */
  async #counted(
    session: RedisSession,
    { tenant, id }: Named,
    bytes: number,
    wholeAtMs: number | undefined,
  ): Promise<void> {
    for (;;) {
      const many = await this.#kept.count(session, [tenant, id], bytes, wholeAtMs)
      if (many.length === 0) return
      for (const names of many) await this.#remove(session, namedBy(names), 'ended')
      // What is itself too large is gone now.
      if (many.some(([of, one]) => of === tenant && one === id)) return
    }
  }

  #run(
    session: RedisSession,
    { tenant, id }: Named,
    script: RedisScript,
    ...values: readonly (string | number)[]
  ): Promise<unknown> {
    const { keys, clock } = this.#parts
    return session.run(script, keys.response(tenant, id), [clock.now(), this.#ttlMs, ...values])
  }
}

function namedBy([tenant = '', id = '']: readonly string[]): Named {
  return { tenant, id }
}
