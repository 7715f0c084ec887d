import { traceParent, type TraceContext } from './trace-context.ts'
import type { TraceIds } from './trace-ids.ts'
import type { TracePlan } from './trace-plan.ts'

/** What its attempt leaves for a span. */
interface AttemptTrace {
  readonly spanId: string
  /** Where the provider is. */
  readonly server: { readonly host: string; readonly port: number } | undefined
}

/** One call in its trace: the ids of its spans, until they are recorded at its end. */
export class CallTrace {
  readonly traceId: string
  readonly spanId: string
  readonly parent: TraceContext | undefined
  readonly isSampled: boolean
  readonly plan: TracePlan
  /** What the model was sent, as JSON of the conventions; only where content is recorded. */
  inputMessages: string | undefined
  outputMessages: string | undefined
  readonly #ids: TraceIds
  readonly #attempts: AttemptTrace[] = []

  constructor(
    traceId: string,
    parent: TraceContext | undefined,
    isSampled: boolean,
    plan: TracePlan,
    ids: TraceIds,
  ) {
    this.traceId = traceId
    this.spanId = ids.spanId()
    this.parent = parent
    this.isSampled = isSampled
    this.plan = plan
    this.#ids = ids
  }

  /** Whether the messages themselves are recorded. */
  get recordsContent(): boolean {
    return this.isSampled && this.plan.content
  }

  /**
   * The headers of the attempt at this place in the call's record, with a span id of its own. Flat
   * list: name, value, name, value.
   */
  attemptHeaders(place: number, server: AttemptTrace['server']): readonly string[] {
    const spanId = this.isSampled ? this.#ids.spanId() : this.spanId
    this.#attempts[place] = { spanId, server }
    const headers = ['traceparent', traceParent(this.traceId, spanId, this.isSampled)]
    const traceState = this.parent?.traceState
    if (traceState !== undefined) headers.push('tracestate', traceState)
    return headers
  }

  /** What was noted of the attempt at this place. */
  attempt(place: number): AttemptTrace {
    return this.#attempts[place] ?? { spanId: this.#ids.spanId(), server: undefined }
  }
}
