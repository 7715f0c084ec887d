import type { Clock } from '@fairlead/base'
import type { Operation, Usage } from '@fairlead/llm'
import type { PriceState } from '@fairlead/usage'
import type { AuthenticationMethod, Caller } from '../access/caller.ts'
import type { UsedPrompt } from '../prompts/prompt-renderer.ts'
import type { CallTarget } from '../routing/call-target.ts'
import type { CallTrace } from '../telemetry/call-trace.ts'
import type { AttemptRecord, PassedOver } from './attempt-record.ts'
import type { CacheNote } from './cache-note.ts'
import type { GuardrailNote } from './guardrail-note.ts'
import type { OwnCallPurpose } from './own-calls.ts'
import type { SpentUsage } from './spent-usage.ts'
import type { KnowledgeNote } from './knowledge-searcher.ts'
import { type MetLimits, noLimitsMet } from './met-limits.ts'

const noGroups: ReadonlySet<string> = new Set()

/** What is learned about a call while it runs, for its headers, metrics and log line. */
export class CallRecord {
  readonly requestId: string
  readonly #clock: Pick<Clock, 'monotonicMs'>
  /** Monotonic milliseconds, like all times here. */
  readonly startedMs: number
  /** What the gateway makes it for; undefined for a call of a caller. */
  purpose: OwnCallPurpose | undefined
  /** What is asked of the model. */
  operation: Operation = 'chat'
  method = ''
  /** Without the query string, in which some clients send their key. */
  path = ''
  /** `namespace/name` of the Consumer; empty for a caller without one. */
  consumer = ''
  /** The identity of the caller; empty for an anonymous one. */
  tenant = ''
  /** How the caller has proved who it is; undefined until it has. */
  authMethod: AuthenticationMethod | undefined
  /** The API key that was sent, by its name in the Consumer; undefined without one. */
  keyName: string | undefined
  groups: ReadonlySet<string> = noGroups
  /** The person for whom it acts, as its token says. */
  endUser: string | undefined
  model = ''
  stream = false
  route = ''
  /** In the order in which they ended; at most some tens, as a route bounds them. */
  readonly attempts: AttemptRecord[] = []
  /** Targets that could have answered and were not asked. */
  readonly passedOver: PassedOver[] = []
  /**
   * What the target that was asked last does not know, and what became of it: as `adaptationText`
   * writes it, empty for nothing.
   */
  adapted = ''
  /** Whether the caller asks for all attempts in the headers of the answer. */
  explainsAttempts = false
  target: CallTarget | undefined
  /** The version of a PromptTemplate that was rendered. */
  prompt: UsedPrompt | undefined
  conversation: string | undefined
  /** The knowledge bases that were searched for it. */
  knowledge: readonly KnowledgeNote[] = []
  /** Whose answer it gets without a model: that of an earlier call, stored or still being made. */
  replay: 'stored' | 'joined' | undefined
  /** What the cache had for it; undefined where no CachePolicy is for it. */
  cache: CacheNote | undefined
  /** Its place in a trace; undefined where calls are not traced. */
  trace: CallTrace | undefined
  /** `namespace/name` of the AccessPolicy that refused it. */
  accessPolicy: string | undefined
  /** What policies that only report would have refused, in words for the log. */
  readonly shadowRefusals: string[] = []
  /** What guards have found in it. */
  readonly guardrails: GuardrailNote[] = []
  status = 0
  errorCode: string | undefined
  /** IP address of the caller's connection, of a call that has failed while it was there. */
  callerAddress: string | undefined
  usage: Usage | undefined
  /** What attempts that came to nothing have used, as far as their providers told. */
  readonly spent: SpentUsage[] = []
  /** What the call has cost; undefined until its usage is known, and where its price is not. */
  costNanodollars: number | undefined
  /** Undefined where nothing was used. */
  priceState: PriceState | undefined
  /** What limits have done to it; undefined where none is for it. */
  limits: MetLimits | undefined
  /** When the first byte of the answer arrived. */
  firstByteMs: number | undefined
  overheadAtFirstByteMs = 0
  /** Time spent waiting: for the caller's body, the upstream's answer, a retry's backoff. */
  #waitedMs = 0
  #waitingSinceMs = 0

  constructor(requestId: string, clock: Pick<Clock, 'monotonicMs'>) {
    this.requestId = requestId
    this.#clock = clock
    this.startedMs = clock.monotonicMs()
  }

  noteCaller({ consumer, tenant, method, keyName, groups, endUser }: Caller): void {
    this.consumer = consumer
    this.tenant = tenant
    this.authMethod = method
    this.keyName = keyName
    this.groups = groups
    this.endUser = endUser
  }

  /** Limits are for it: what they do is noted. */
  meetLimits(): MetLimits {
    this.limits ??= noLimitsMet()
    return this.limits
  }

  /** The gateway starts to wait; the time until `stopWaiting` is not overhead. */
  startWaiting(): void {
    this.#waitingSinceMs = this.#clock.monotonicMs()
  }

  stopWaiting(): void {
    this.#waitedMs += this.#clock.monotonicMs() - this.#waitingSinceMs
  }

  /** The same for the time that the work takes. */
  async waitFor<T>(work: Promise<T>): Promise<T> {
    this.startWaiting()
    try {
      return await work
    } finally {
      this.stopWaiting()
    }
  }

  noteFirstByte(): void {
    this.firstByteMs = this.#clock.monotonicMs()
    this.overheadAtFirstByteMs = this.firstByteMs - this.startedMs - this.#waitedMs
  }

  /** Time spent in the gateway itself since the request arrived, without the time spent waiting. */
  overheadMs(): number {
    return this.#clock.monotonicMs() - this.startedMs - this.#waitedMs
  }
}
