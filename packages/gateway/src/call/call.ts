import type { Conversation, OpenAnswer, OpenResponse, OpenTurn } from '@fairlead/context'
import { type Annotation, type Dialect, type NativeItem, operationOf } from '@fairlead/llm'
import type { Caller } from '../access/caller.ts'
import { ClientSink } from '../http/client-sink.ts'
import type { MatchedRoute, RoutingTable } from '../routing/match-route.ts'
import type { RoutedCall } from '../routing/routed-call.ts'
import type { Runtime } from '../runtime/runtime.ts'
import type { AnswerWatch } from './answer-watch.ts'
import type { AttemptPermit } from './attempt-gate.ts'
import { CallLifetime } from './call-lifetime.ts'
import type { CallRecord } from './call-record.ts'
import type { CallRequest } from './call-request.ts'
import type { HeldBytesReservation } from './held-bytes.ts'
import type { EarlierCall } from './earlier-call.ts'
import type { HttpCall } from './http-call.ts'
import type { PromptGuards } from './prompt-guards.ts'
import type { SearchOutcome } from './requested-search.ts'
import type { Services } from './services.ts'

/** What is other than the configuration says. */
interface CallBounds {
  readonly table?: RoutingTable
  readonly timeoutMs?: number
}

/**
 * One model call from socket to socket: the state that its steps share. Later fields are set by the
 * step that determines them; a step reads only what earlier steps have set.
 */
export class Call {
  readonly http: HttpCall
  readonly record: CallRecord
  /** The caller's dialect. */
  readonly dialect: Dialect
  /** The configuration that the call started with and keeps to its end. */
  readonly runtime: Runtime
  /** What it is routed by: its configuration, unless something of that is not for it. */
  readonly table: RoutingTable
  readonly services: Services
  readonly lifetime: CallLifetime
  /** Where the answer goes. */
  readonly sink: ClientSink
  /** Set by authentication. */
  caller!: Caller
  /** Set when the body has been read. */
  request!: CallRequest
  /** Reads a body as that of its request was read; undefined for a call of the gateway's own. */
  readRequest: ((body: Buffer) => CallRequest) | undefined
  /** The body as it came; undefined for a call of the gateway's own. */
  sentBody: Buffer | undefined
  /** What its body counts among the bytes that are held; given back at its end. */
  bodyBytes: HeldBytesReservation | undefined
  /** The call as it was routed; set by routing. */
  routed!: RoutedCall
  /** Set by routing. */
  route!: MatchedRoute
  /** The open turn, for a call in a conversation; set by assembly. */
  turn: OpenTurn | undefined
  /** The conversation, for a call that keeps nothing in it; undefined where it does not exist. */
  conversation: Conversation | undefined
  /** The call that this one repeats, so that no model is called; set by assembly. */
  earlier: EarlierCall | undefined
  /** The answer that is kept for its Idempotency-Key; set when it has been begun. */
  answer: OpenAnswer | undefined
  /** What the search for it came to; set by the search. */
  found: SearchOutcome | undefined
  /** What its answer can cite, by the numbers of the prompt, without places; set by assembly. */
  citable: ReadonlyMap<number, Annotation> = new Map()
  /** What its tool file_search has done, for callers that are told of it; set by assembly. */
  searchCall: NativeItem | undefined
  /** What looks at texts of others that its prompt gets; set at its admission. */
  guards: PromptGuards | undefined
  /** Whether it goes on when its caller leaves; set by assembly. */
  goesOnAlone = false
  /** The response that is kept; set when it has been begun. */
  response: OpenResponse | undefined

  /** Watches the answer that is relayed; set when a provider's has begun. */
  answering: AnswerWatch | undefined
  /** What the attempt that it answers with was granted; settled at its end. */
  readonly attemptPermits: AttemptPermit[] = []
  /** What limits have granted it at its admission; theirs alone to read. */
  claimed: object | undefined

  constructor(
    http: HttpCall,
    dialect: Dialect,
    runtime: Runtime,
    services: Services,
    {
      table = runtime,
      timeoutMs = runtime.snapshot.gateway.limits.requestTimeoutMs,
    }: CallBounds = {},
  ) {
    this.http = http
    this.record = http.record
    this.record.operation = operationOf(dialect)
    this.dialect = dialect
    this.runtime = runtime
    this.table = table
    this.services = services
    this.lifetime = new CallLifetime(http.response, services.clock, timeoutMs)
    this.sink = new ClientSink(http.response)
    runtime.acquire()
    services.running.add(this.lifetime)
  }

  /**
   * Aborts when the call ends or must end; the reason is the error that says why. `lifetime` says the
   * same, for less.
   */
  get signal(): AbortSignal {
    return this.lifetime.signal
  }

  end(): void {
    this.lifetime.end()
    this.bodyBytes?.release()
    this.services.running.delete(this.lifetime)
    this.runtime.release()
  }
}
