import { AsyncLocalStorage } from 'node:async_hooks'
import type { Span, SpanAttributes, Tracer } from '../tracing/tracer.ts'

/** A span as it was told. */
interface RecordedSpan {
  readonly name: string
  readonly kind: number
  /** The name of the span in which it began. */
  readonly parent: string | undefined
  readonly attributes: SpanAttributes
  readonly events: {
    readonly name: string
    readonly attributes: SpanAttributes
    readonly at: number
  }[]
  error?: string
  ended: boolean
}

/** A tracer that keeps its spans, for assertions. */
export class RecordingTracer implements Tracer {
  readonly spans: RecordedSpan[] = []
  readonly #active = new AsyncLocalStorage<RecordedSpan>()

  startActiveSpan<F extends (span: Span) => unknown>(
    name: string,
    options: { readonly kind: number; readonly attributes: SpanAttributes },
    work: F,
  ): ReturnType<F> {
    const recorded: RecordedSpan = {
      name,
      kind: options.kind,
      parent: this.#active.getStore()?.name,
      attributes: { ...options.attributes },
      events: [],
      ended: false,
    }
    this.spans.push(recorded)
    const span: Span = {
      setAttribute: (key, value) => (recorded.attributes[key] = value),
      addEvent: (event, attributes, at) => recorded.events.push({ name: event, attributes, at }),
      setStatus: ({ message }) => (recorded.error = message),
      end: () => void (recorded.ended = true),
    }
    return this.#active.run(recorded, () => work(span)) as ReturnType<F>
  }
}
