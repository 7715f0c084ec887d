import { chatFormatOf, type Dialect } from '../dialects/dialect.ts'
import { dialects } from '../dialects/dialects.ts'
import type { EncodeOptions } from '../operations/chat/chat-format.ts'
import type { ModelRequest } from '../operations/chat/model-request.ts'

export type TestDialect = ReturnType<typeof testDialect>

/** A dialect with its time and its encode options filled in. */
export function testDialect(
  name: string,
  options: EncodeOptions & { readonly nowMs?: number } = {},
) {
  const { nowMs = Date.UTC(2026, 0, 1), ...encodeOptions } = options
  const dialect = dialects.find((each) => each.name === name)
  if (dialect === undefined) throw new Error(`there is no dialect ${name}`)
  const format = chatFormatOf(dialect)
  return {
    ...format,
    name,
    passage: dialect.passage,
    encodeRequest: (request: ModelRequest, more: EncodeOptions = {}) =>
      format.encodeRequest(request, { ...encodeOptions, ...more }),
    decodeResponse: (body: unknown) => format.decodeResponse(body, nowMs),
    createStreamDecoder: () => format.createStreamDecoder(nowMs),
    decodeError: (
      status: number,
      body: unknown,
      headers: Parameters<Dialect['decodeError']>[0]['headers'],
    ) => dialect.decodeError({ status, body, headers, nowMs }),
    encodeError: dialect.encodeError.bind(dialect),
  }
}
