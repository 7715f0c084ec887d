import {
  type Clock,
  type JsonObject,
  isJsonObject,
  parseJsonOrUndefined,
  type Timer,
} from '@fairlead/base'
import {
  memberLeaseMs,
  type ClaimedPlace,
  type ClaimOutcome,
  type StoreMembers,
} from '../store-members.ts'
import { aliveScript, beatScript, claimScript, releaseScript } from './member-scripts.ts'
import type { RedisKeys } from './redis-keys.ts'
import type { RedisLink } from './redis-link.ts'
import { textsOf } from './redis-reply.ts'
import type { RedisSession } from './redis-session.ts'

interface RedisMembersOptions {
  readonly self: string
  readonly link: RedisLink
  readonly keys: RedisKeys
  readonly clock: Pick<Clock, 'setTimer'>
}

const messageBytesMax = 7 * 1024
/** Who took the place of a dead member may have died, too. */
const attemptsMax = 5

/** The members of a store in Redis: leases by the server's time, and messages by publishing. */
export class RedisMembers implements StoreMembers {
  readonly self: string
  readonly #options: RedisMembersOptions
  readonly #listeners = new Set<(message: JsonObject, from: string) => void>()
  readonly #gapListeners = new Set<() => void>()
  #heartbeat: Timer | undefined
  #isFirst = true
  #isHandedOver = false
  #isClosed = false

  constructor(options: RedisMembersOptions) {
    this.self = options.self
    this.#options = options
  }

  /** Where members publish. */
  static channelOf(keys: RedisKeys): string {
    return keys.one('m', 'messages')
  }

  /** Begins to live, with each connection anew. */
  attached(session: RedisSession): void {
    if (this.#isClosed) return
    this.#beat(session)
    if (!this.#isFirst) for (const listener of this.#gapListeners) listener()
    this.#isFirst = false
  }

  /** Takes what was published. */
  heard(text: string): void {
    const published = parseJsonOrUndefined(text)
    if (!isJsonObject(published)) return
    const { from, message } = published
    if (typeof from !== 'string' || from === this.self || !isJsonObject(message)) return
    for (const listener of this.#listeners) listener(message, from)
  }

  claim({ tenant, conversation }: ClaimedPlace, claim: string): Promise<ClaimOutcome> {
    const { link, keys } = this.#options
    const place = [keys.place(tenant, conversation)]
    return link.within(async (session) => {
      let evicted: readonly [member: string, claim: string] = ['', '']
      for (let attempt = 0; attempt < attemptsMax; attempt++) {
        const reply = textsOf(await session.run(claimScript, place, [this.self, claim, ...evicted]))
        const [outcome = '', member = '', theirs = ''] = reply
        if (outcome === 'granted') return { outcome: 'granted' }
        const isAlive = member === this.self || (await this.alive(session)).has(member)
        if (isAlive) return { outcome: 'taken', member, claim: theirs }
        evicted = [member, theirs]
      }
      throw new Error('members that died one after the other had the place of the conversation')
    })
  }

  async release({ tenant, conversation }: ClaimedPlace, claim: string): Promise<void> {
    const { link, keys } = this.#options
    const place = [keys.place(tenant, conversation)]
    await link.within((session) => session.run(releaseScript, place, [this.self, claim]))
  }

  publish(message: JsonObject): void {
    const text = JSON.stringify(message)
    const bytes = Buffer.byteLength(text)
    if (bytes > messageBytesMax) {
      throw new RangeError(`a message has ${bytes} bytes; the most is ${messageBytesMax}`)
    }
    const { link, keys } = this.#options
    const published = `{"from":${JSON.stringify(this.self)},"message":${text}}`
    const channel = RedisMembers.channelOf(keys)
    link.detach((session) => session.call('PUBLISH', channel, published))
  }

  subscribe(listener: (message: JsonObject, from: string) => void): () => void {
    const own = (message: JsonObject, from: string) => listener(message, from)
    this.#listeners.add(own)
    return () => this.#listeners.delete(own)
  }

  onGap(listener: () => void): () => void {
    const own = () => listener()
    this.#gapListeners.add(own)
    return () => this.#gapListeners.delete(own)
  }

  handOver(): void {
    this.#isHandedOver = true
  }

  /** The names of the members that live. */
  async alive(session: RedisSession): Promise<ReadonlySet<string>> {
    return new Set(textsOf(await session.run(aliveScript, [this.#leases], [])))
  }

  /** Its places are free, and what it runs is nobody's, unless it was handed over. */
  async close(): Promise<void> {
    this.#isClosed = true
    this.#heartbeat?.cancel()
    if (this.#isHandedOver) return
    const { link } = this.#options
    await link.within((session) => session.call('ZREM', this.#leases, this.self)).catch(() => {})
  }

  get #leases(): string {
    return this.#options.keys.one('m', 'leases')
  }

  #beat(session: RedisSession): void {
    this.#heartbeat?.cancel()
    if (this.#isClosed || !session.isOpen) return
    const { clock } = this.#options
    // A failure ends the connection, and the next one begins with this.
    session.run(beatScript, [this.#leases], [this.self, memberLeaseMs]).catch(() => {})
    this.#heartbeat = clock.setTimer(memberLeaseMs / 3, () => this.#beat(session))
  }
}
