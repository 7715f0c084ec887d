import { type RedisServer, startRedisServer } from '@fairlead/base/testing'
import { Redis } from 'ioredis'
import type { ContextStore } from '../../context-store.ts'
import { RedisKeys } from '../redis-keys.ts'
import { createRedisStore, type RedisStoreOptions } from '../redis-store.ts'

export type BenchOptions = Omit<RedisStoreOptions, 'url' | 'member' | 'keyPrefix'>

interface Opened {
  readonly options: RedisStoreOptions
  readonly prefix: string
}

/** A server for a file of tests, each of whose stores is empty, and what may happen to their members. */
export class RedisBench {
  readonly #server: RedisServer
  readonly #admin: Redis
  readonly #opened = new Map<ContextStore, Opened>()
  #stores = 0

  private constructor(server: RedisServer) {
    this.#server = server
    this.#admin = new Redis(server.url)
  }

  static async start(flags: readonly string[] = []): Promise<RedisBench> {
    return new RedisBench(await startRedisServer(flags))
  }

  get admin(): Redis {
    return this.#admin
  }

  get url(): string {
    return this.#server.url
  }

  /** An empty store. */
  open(options: BenchOptions): Promise<ContextStore> {
    return this.shared(options).join('one')
  }

  /** An empty store that several members open. */
  shared(options: BenchOptions) {
    const prefix = `t${++this.#stores}:`
    const joined: ContextStore[] = []
    return {
      prefix,
      join: async (member: string) => {
        const store = await this.#open(prefix, { ...options, member, url: this.url })
        joined.push(store)
        return store
      },
      close: async () => {
        await Promise.all(joined.map((store) => store.close()))
      },
    }
  }

  /** The data of a store, for another member. */
  join(store: ContextStore, member: string): Promise<ContextStore> {
    const { prefix, options } = this.#of(store)
    return this.#open(prefix, { ...options, member })
  }

  /** An hour later: that the subject was erased has expired. */
  async forgetErasures(store: ContextStore, tenant: string, subject: string): Promise<void> {
    await this.#admin.del(new RedisKeys(this.#of(store).prefix).erasures(tenant, subject))
  }

  /** Its process ends, and its lease. */
  async die(store: ContextStore): Promise<void> {
    const { prefix, options } = this.#of(store)
    // Closed: nothing but the end of its lease is told to the server, as when a lease runs out.
    await store.close()
    await this.#admin.zrem(`${prefix}{m}:leases`, options.member)
  }

  /** Its connections end. */
  async interrupt(store: ContextStore): Promise<void> {
    const { prefix } = this.#of(store)
    const channel = `${prefix}{m}:messages`
    const subscribers = async () => Number((await this.#admin.pubsub('NUMSUB', channel))[1])
    const before = await subscribers()
    for (const type of ['pubsub', 'normal']) {
      await this.#admin.call('CLIENT', 'KILL', 'TYPE', type, 'SKIPME', 'yes')
    }
    while ((await subscribers()) < before) await new Promise((resolve) => setImmediate(resolve))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#admin.disconnect()
    await this.#server[Symbol.asyncDispose]()
  }

  async #open(prefix: string, options: RedisStoreOptions): Promise<ContextStore> {
    const store = await createRedisStore({ ...options, keyPrefix: prefix })
    this.#opened.set(store, { options, prefix })
    return store
  }

  #of(store: ContextStore): Opened {
    const opened = this.#opened.get(store)
    if (opened === undefined) throw new Error('the store was opened here')
    return opened
  }
}
