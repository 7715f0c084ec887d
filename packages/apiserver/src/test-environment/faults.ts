import { type Clock, sleep } from '@fairlead/base'

import type { ApiRequest } from '../exchange/api-request.ts'
import type { Handled, ResponseStream, StreamResponse } from '../exchange/api-response.ts'
import { DroppedConnection } from '../exchange/dropped-connection.ts'
import type { RequestInterceptor } from '../exchange/request-interceptor.ts'
import { type Fault, statusOfFault } from './fault.ts'
import { matchesRequest, type RequestMatch } from './request-match.ts'

/** When which fault happens. */
export interface FaultRule extends RequestMatch {
  readonly fault: Fault
  /** How many requests it hits, from the next on. Defaults to all, until it is removed. */
  readonly times?: number
}

/** A rule that is in force. */
export interface InjectedFault extends Disposable {
  /** How many requests it has hit so far. */
  readonly hits: number
  /** It hits no more requests; those that it has hit go on. */
  remove(): void
}

interface OpenWatch {
  readonly request: ApiRequest
  readonly stream: ResponseStream
}

/**
 * What goes wrong, and with which requests, of those that come over connections. Of several rules
 * that match a request, the one that was injected first hits it. Without rules it costs nothing.
 */
export class Faults {
  readonly #clock: Clock
  readonly #rules = new Set<FaultRule & { hits: number }>()
  readonly #watches = new Set<OpenWatch>()
  readonly #stopped = new AbortController()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  inject(rule: FaultRule): InjectedFault {
    const counted = { ...rule, hits: 0 }
    this.#rules.add(counted)
    const remove = (): void => void this.#rules.delete(counted)
    return {
      get hits() {
        return counted.hits
      },
      remove,
      [Symbol.dispose]: remove,
    }
  }

  /** Removes all rules. */
  clear(): void {
    this.#rules.clear()
  }

  /** Ends open watches as a server does when their time is up; says how many. Defaults to all. */
  endWatches(match: RequestMatch = {}): number {
    return this.#eachWatch(match, ({ stream }) => stream.end())
  }

  /** Breaks the connections of open watches, as a network does; says how many. Defaults to all. */
  dropWatches(match: RequestMatch = {}): number {
    return this.#eachWatch(match, ({ stream }) => stream.drop())
  }

  /** Lets go of every request that a fault holds: their connections break. */
  stop(): void {
    this.clear()
    this.#stopped.abort(new DroppedConnection())
  }

  /** Where the server asks what goes wrong. */
  readonly intercept: RequestInterceptor = (request, proceed) => {
    const fault = this.#faultOf(request)
    if (fault !== undefined) return this.#suffer(fault, request, proceed)
    const handled = proceed()
    return handled instanceof Promise
      ? handled.then((answer) => this.#followed(request, answer))
      : this.#followed(request, handled)
  }

  #faultOf(request: ApiRequest): Fault | undefined {
    for (const rule of this.#rules) {
      if (!matchesRequest(rule, request)) continue
      rule.hits += 1
      if (rule.times !== undefined && rule.hits >= rule.times) this.#rules.delete(rule)
      return rule.fault
    }
    return undefined
  }

  async #suffer(
    fault: Fault,
    request: ApiRequest,
    proceed: () => Handled | Promise<Handled>,
  ): Promise<Handled> {
    switch (fault.type) {
      case 'status':
        throw statusOfFault(fault)
      case 'delay':
        await sleep(this.#clock, fault.ms, this.#stopped.signal)
        return this.#followed(request, await proceed())
      case 'hang':
        return this.#untilStopped()
      case 'drop':
        if (fault.handled === true) await proceed()
        throw new DroppedConnection()
    }
  }

  #untilStopped(): Promise<never> {
    const { signal } = this.#stopped
    return new Promise((_, reject) => {
      const fail = (): void => reject(new DroppedConnection())
      if (signal.aborted) fail()
      else signal.addEventListener('abort', fail, { once: true })
    })
  }

  /** A stream is remembered as long as it is open. */
  #followed(request: ApiRequest, handled: Handled): Handled {
    if (!('start' in handled)) return handled
    let open: OpenWatch | undefined
    const followed: StreamResponse = {
      contentType: handled.contentType,
      start: (stream) => {
        open = { request, stream }
        this.#watches.add(open)
        handled.start(stream)
      },
      resume: () => handled.resume(),
      stop: () => {
        if (open !== undefined) this.#watches.delete(open)
        handled.stop()
      },
    }
    return followed
  }

  #eachWatch(match: RequestMatch, act: (watch: OpenWatch) => void): number {
    const found = [...this.#watches].filter(({ request }) => matchesRequest(match, request))
    for (const watch of found) act(watch)
    return found.length
  }
}
