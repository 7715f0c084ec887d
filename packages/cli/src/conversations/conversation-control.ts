import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Clock, Logger } from '@fairlead/base'
import {
  type ConversationSelection,
  exportStore,
  importStore,
  migrateStore,
  type OwnedStore,
  type StoreOwner,
} from '@fairlead/context'
import type { SnapshotSource } from '@fairlead/gateway'
import type { ConversationStoreSettings } from '@fairlead/snapshot'
import { textLines } from './text-lines.ts'

interface ControlOptions {
  readonly stores: Pick<StoreOwner, 'open'>
  readonly snapshots: Pick<SnapshotSource, 'current'>
  readonly clock: Pick<Clock, 'monotonicMs'>
  readonly logger: Logger
}

/** A line of an answer: how far it is, what came of it, or why nothing did. */
export type ControlLine<State, Result> =
  { readonly progress: State } | { readonly result: Result } | { readonly error: string }

/** A store that is named, and open. */
interface NamedStore {
  /** `namespace/name`, or `in memory`. */
  readonly name: string
  /** As conversations name it: `ccp.store`. */
  readonly shortName: string
  readonly isEncrypted: boolean
  readonly owned: OwnedStore
}

const progressEveryMs = 500
/** Each holds a piece of a store in memory. */
const requestsMax = 4

/** Names the stores that there are. For the user. */
class StoreNotFound extends Error {
  override readonly name = 'StoreNotFound'
}

/** Moves conversations out of the stores of this process and into them, as it is asked on its socket. */
export class ConversationControl {
  readonly #options: ControlOptions
  #running = 0

  constructor(options: ControlOptions) {
    this.#options = options
  }

  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://control')
    const query = url.searchParams
    const actions: Readonly<Record<string, () => Promise<void>>> = {
      'GET /export': () => this.#export(query, response),
      'POST /import': () => this.#import(query, request, response),
      'POST /migrate': () => this.#migrate(query, response),
    }
    const action = actions[`${request.method} ${url.pathname}`]
    if (action === undefined) return refuse(response, 404, 'not here')
    if (this.#running >= requestsMax) {
      return refuse(response, 503, `${requestsMax} commands move conversations already`)
    }
    this.#running += 1
    try {
      await action()
    } catch (error) {
      if (response.headersSent) throw error
      this.#options.logger.debug({ err: error }, 'conversations cannot be moved')
      refuse(response, error instanceof StoreNotFound ? 404 : 503, messageOf(error))
    } finally {
      this.#running -= 1
    }
  }

  async #export(query: URLSearchParams, response: ServerResponse): Promise<void> {
    const { isEncrypted, owned } = await this.#open(query.get('store'))
    const [tenant, id] = [query.get('after-tenant'), query.get('after')]
    const after = tenant === null || id === null ? undefined : { tenant, id }
    const pieces = exportStore(owned.store, selectionOf(query), after)
    const first = await pieces.next()
    response.writeHead(200, {
      'content-type': 'application/jsonl',
      'fairlead-encrypted': String(isEncrypted),
    })
    if (first.done !== true) await send(response, first.value)
    for await (const piece of pieces) await send(response, piece)
    response.end()
  }

  async #import(
    query: URLSearchParams,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const { name, owned, shortName } = await this.#open(query.get('store'))
    refuseFrozen(name, owned)
    const lines = this.#lines(response)
    await lines.until(
      importStore({
        store: owned.guarded,
        storeName: shortName,
        lines: textLines(request),
        isDryRun: query.get('dry-run') === 'true',
        onProgress: (state) => lines.progress(state),
        clock: this.#options.clock,
      }),
    )
  }

  async #migrate(query: URLSearchParams, response: ServerResponse): Promise<void> {
    const from = await this.#open(query.get('from'))
    const to = await this.#open(query.get('to'))
    if (from.owned === to.owned) throw new StoreNotFound(`${from.name} is both --from and --to`)
    refuseFrozen(to.name, to.owned)
    const gone = new AbortController()
    response.once('close', () => gone.abort(new Error('the command has ended')))
    const lines = this.#lines(response)
    const { freezeEverywhere: freeze } = from.owned
    await lines.until(
      migrateStore({
        from: from.owned.store,
        to: to.owned.guarded,
        names: { from: from.name, to: to.shortName },
        isFrozen: () => freeze !== undefined && from.owned.freezeEverywhere === freeze,
        isDryRun: query.get('dry-run') === 'true',
        selection: selectionOf(query),
        onProgress: (state) => lines.progress(state),
        signal: gone.signal,
      }),
    )
  }

  /** Opens a store by its name; by none, that of the gateway. Rejects with StoreNotFound. */
  async #open(named: string | null): Promise<NamedStore> {
    const snapshot = this.#options.snapshots.current()
    if (snapshot === undefined) throw new StoreNotFound('the gateway has no configuration yet')
    const name = named ?? snapshot.gateway.defaultConversationStore
    if (name === undefined) {
      const owned = await this.#options.stores.open(null)
      return { name: 'in memory', shortName: owned.store.type, isEncrypted: false, owned }
    }
    const [settings, ...others] = [...snapshot.conversationStores.values()].filter(
      (one) => nameOf(one) === name || one.name === name,
    )
    if (settings === undefined || others.length > 0) {
      const names = [...snapshot.conversationStores.keys()].join(', ')
      throw new StoreNotFound(
        `the gateway knows ${settings === undefined ? 'no' : 'more than one'} ConversationStore ${name}; it knows ${names === '' ? 'none' : names}`,
      )
    }
    const owned = await this.#options.stores.open(settings)
    // No worker may use it.
    const { generation, isFrozen, ttlMs = null } = settings
    await owned.configure({ generation, isFrozen, ttlMs })
    const isEncrypted = settings.encryption !== undefined
    return { name: nameOf(settings), shortName: settings.name, isEncrypted, owned }
  }

  /** Writes what an answer consists of. */
  #lines(response: ServerResponse) {
    const { clock } = this.#options
    let told = Number.NEGATIVE_INFINITY
    const write = (line: object) => response.write(`${JSON.stringify(line)}\n`)
    response.writeHead(200, { 'content-type': 'application/jsonl' })
    response.flushHeaders()
    return {
      progress(state: object): void {
        if (clock.monotonicMs() - told < progressEveryMs) return
        told = clock.monotonicMs()
        write({ progress: state })
      },
      async until(work: Promise<object>): Promise<void> {
        write(
          await work.then(
            (result) => ({ result }),
            (error: unknown) => ({ error: messageOf(error) }),
          ),
        )
        response.end()
      },
    }
  }
}

function refuseFrozen(name: string, owned: OwnedStore): void {
  if (owned.freeze !== undefined)
    throw new StoreNotFound(`${name} is frozen: nothing can be put into it`)
}

function nameOf({ name, namespace }: ConversationStoreSettings): string {
  return `${namespace}/${name}`
}

function selectionOf(query: URLSearchParams): ConversationSelection {
  const [tenant, subject] = [query.get('tenant'), query.get('subject')]
  return {
    ...(tenant !== null && { tenant }),
    ...(subject !== null && { subject }),
    conversations: query.getAll('conversation'),
  }
}

async function send(response: ServerResponse, piece: string): Promise<void> {
  if (response.destroyed) throw new Error('the command has ended')
  if (response.write(piece)) return
  await Promise.race([once(response, 'drain'), once(response, 'close')])
}

function refuse(response: ServerResponse, status: number, message: string): void {
  response.writeHead(status, { 'content-type': 'application/json' })
  response.end(`${JSON.stringify({ error: { message } })}\n`)
}

function messageOf(error: unknown): string {
  const { cause, message } = error instanceof Error ? error : new Error(String(error))
  // A store that fails says why in what caused it.
  return cause instanceof Error && message !== cause.message
    ? `${message} ${cause.message}`
    : message
}
