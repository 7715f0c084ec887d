/** What a span is told; the values never include objects, tokens or keys. */
export type SpanAttributes = Record<string, string | number | boolean>

/** The part of a span of `@opentelemetry/api` that is used here. */
export interface Span {
  setAttribute(name: string, value: string | number | boolean): unknown
  /** `at`: wall time in milliseconds since the epoch. */
  addEvent(name: string, attributes: SpanAttributes, at: number): unknown
  /** 2 is an error. */
  setStatus(status: { readonly code: 2; readonly message: string }): unknown
  end(): void
}

/**
 * The part of a tracer of `@opentelemetry/api` that is used here: pass `trace.getTracer('my-operator')`.
 * Whatever `work` starts while the span is active becomes its child.
 */
export interface Tracer {
  startActiveSpan<F extends (span: Span) => unknown>(
    name: string,
    options: { readonly kind: number; readonly attributes: SpanAttributes },
    work: F,
  ): ReturnType<F>
}

/** The kinds of spans, in the numbers of OpenTelemetry. */
export const spanKind = { internal: 0, server: 1, client: 2 } as const
