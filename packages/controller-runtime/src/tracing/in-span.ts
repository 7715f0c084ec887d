import type { Span, SpanAttributes, Tracer } from './tracer.ts'
import { spanKind } from './tracer.ts'

export interface SpanDescription {
  /** Of few different values, such as a verb and a kind. */
  readonly name: string
  readonly kind: keyof typeof spanKind
  readonly attributes: SpanAttributes
}

const messageLimit = 1024

/** Does the work in a span that ends with it, and that tells if it failed. */
export function inSpan<T>(
  tracer: Tracer,
  { name, kind, attributes }: SpanDescription,
  work: (span: Span) => Promise<T>,
): Promise<T> {
  return tracer.startActiveSpan(name, { kind: spanKind[kind], attributes }, async (span) => {
    try {
      return await work(span)
    } catch (error) {
      failSpan(span, error)
      throw error
    } finally {
      span.end()
    }
  })
}

/** Marks the span as failed, with the error's message. */
export function failSpan(span: Span, error: unknown): void {
  const message = error instanceof Error ? error.message : String(error)
  span.setAttribute('error.type', error instanceof Error ? error.name : typeof error)
  span.setStatus({ code: 2, message: message.slice(0, messageLimit) })
}
