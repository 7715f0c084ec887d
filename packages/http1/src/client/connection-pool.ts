import type { Clock, Timer } from '@fairlead/base'
import { type TurnWriter, TurnWrites } from '../message/turn-writes.ts'
import { ClientConnection, type ConnectionOwner } from './client-connection.ts'
import { PoolClosed } from './client-errors.ts'
import { ClientExchange } from './client-exchange.ts'
import { type ClientRequest, requestHead, type ResponseHandler } from './client-request.ts'
import type { Connect } from './opened-connection.ts'

/** How much earlier than the server a connection is given up, so that the two do not race. */
const idleMarginMs = 1_000

export interface PoolOptions {
  /** The value of the Host field. */
  readonly host: string
  readonly connect: Connect
  readonly clock: Clock
  /** At most so many connections; further requests wait, in order. */
  readonly connectionsMax: number
  /** How long an idle connection is kept, if the server does not say less. */
  readonly idleMs: number
}

/** The connections to one server. */
export class ConnectionPool implements ConnectionOwner {
  readonly #options: PoolOptions
  readonly #writes = new TurnWrites()
  readonly #all = new Set<ClientConnection>()
  /** The one used last is at the end, and is used next: the others age, and close. */
  readonly #idle: ClientConnection[] = []
  /** In the order in which they came. */
  readonly #waiting = new Set<ClientExchange>()
  readonly #withdraw = (exchange: ClientExchange): void => void this.#waiting.delete(exchange)
  #connecting = 0
  #sweep: Timer | undefined
  #closing = false

  constructor(options: PoolOptions) {
    this.#options = options
  }

  /**
   * Sends a request on a connection of the pool. The handler is never called before it returns; a
   * request that is not valid fails with TypeError.
   */
  request(request: ClientRequest, handler: ResponseHandler): ClientExchange {
    const { exchange, refusal } = this.#prepare(request, handler)
    if (refusal !== undefined) {
      queueMicrotask(() => exchange.fail(refusal))
      return exchange
    }
    const connection = this.#takeIdle()
    if (connection !== undefined) {
      connection.send(exchange)
      return exchange
    }
    this.#waiting.add(exchange)
    this.#connectMore()
    return exchange
  }

  /** Closes idle connections now, and the others after their exchange. */
  close(): void {
    this.#closing = true
    this.#sweep?.cancel()
    this.#closeAllIdle()
  }

  /** Closes every connection; running exchanges fail. */
  destroy(): void {
    this.close()
    for (let next = this.#nextWaiting(); next !== undefined; next = this.#nextWaiting()) {
      next.fail(new PoolClosed())
    }
    for (const connection of this.#all) connection.destroy()
  }

  nowMs(): number {
    return this.#options.clock.monotonicMs()
  }

  flushSoon(writer: TurnWriter): void {
    this.#writes.add(writer)
  }

  idle(connection: ClientConnection): void {
    const next = this.#nextWaiting()
    if (next !== undefined) return connection.send(next)
    if (this.#closing) return connection.destroy()
    const { clock, idleMs } = this.#options
    const nowMs = clock.monotonicMs()
    connection.idleSinceMs = nowMs
    if (this.#isOld(connection, nowMs)) return connection.destroy()
    this.#idle.push(connection)
    this.#sweep ??= clock.setTimer(idleMs, () => this.#closeIdle())
  }

  closed(connection: ClientConnection): void {
    this.#all.delete(connection)
    const index = this.#idle.indexOf(connection)
    if (index !== -1) this.#idle.splice(index, 1)
    this.#connectMore()
  }

  /** A server that has given up one idle connection has most likely given up the others. */
  wentStale(): void {
    this.#closeAllIdle()
  }

  #closeAllIdle(): void {
    for (const connection of this.#idle.splice(0)) connection.destroy()
  }

  #prepare(request: ClientRequest, handler: ResponseHandler) {
    try {
      const head = requestHead(request, this.#options.host)
      const refusal = this.#closing ? new PoolClosed() : undefined
      return { exchange: new ClientExchange(request, handler, head, this.#withdraw), refusal }
    } catch (error) {
      const refusal = error instanceof Error ? error : new Error(String(error))
      return { exchange: new ClientExchange(request, handler, '', this.#withdraw), refusal }
    }
  }

  #takeIdle(): ClientConnection | undefined {
    const nowMs = this.#options.clock.monotonicMs()
    for (;;) {
      const connection = this.#idle.pop()
      if (connection === undefined) return undefined
      if (connection.isOpen && !this.#isOld(connection, nowMs)) return connection
      connection.destroy()
    }
  }

  #isOld({ idleSinceMs, idleMsMax }: ClientConnection, nowMs: number): boolean {
    return nowMs - idleSinceMs >= Math.min(this.#options.idleMs, idleMsMax - idleMarginMs)
  }

  #closeIdle(): void {
    this.#sweep = undefined
    const { clock, idleMs } = this.#options
    const nowMs = clock.monotonicMs()
    const old = this.#idle.filter((connection) => this.#isOld(connection, nowMs))
    for (const connection of old) connection.destroy()
    if (this.#idle.length > old.length) {
      this.#sweep = clock.setTimer(idleMs, () => this.#closeIdle())
    }
  }

  #nextWaiting(): ClientExchange | undefined {
    for (const next of this.#waiting) {
      this.#waiting.delete(next)
      return next
    }
    return undefined
  }

  /** As many connections as there are requests that wait. */
  #connectMore(): void {
    const { connectionsMax } = this.#options
    while (
      this.#connecting < this.#waiting.size &&
      this.#all.size + this.#connecting < connectionsMax
    ) {
      this.#connecting += 1
      void this.#connectOne()
    }
  }

  async #connectOne(): Promise<void> {
    try {
      const opened = await this.#options.connect()
      this.#connecting -= 1
      const connection = new ClientConnection(opened, this)
      this.#all.add(connection)
      this.idle(connection)
    } catch (error) {
      this.#connecting -= 1
      this.#nextWaiting()?.fail(error instanceof Error ? error : new Error(String(error)))
      this.#connectMore()
    }
  }
}
