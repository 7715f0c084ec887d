import { isUtf8 } from 'node:buffer'
import { presentConversation } from '@fairlead/context'
import { invalidField, ModelError } from '@fairlead/llm'
import { findContextStrategy, findPersona } from '../../assembly/named-settings.ts'
import { readHeldBody } from '../../call/held-body.ts'
import { gatewayError } from '../../errors/gateway-error.ts'
import { EventStream } from '../../http/event-stream.ts'
import { checkedJsonObject } from '../../http/json-body.ts'
import { requireConversations } from '../../runtime/require-conversations.ts'
import type { AnswerRoute, SurfaceRequest } from '../surface.ts'
import { type ConversationRequest, conversationRoute } from './conversation-route.ts'
import { checkOwnTenant } from './own-tenant.ts'

/** JSON lines: https://jsonlines.org */
const contentType = 'application/jsonl'
const contentTypes: ReadonlySet<string> = new Set([
  contentType,
  'application/x-ndjson',
  'application/x-jsonlines',
])

/** A conversation as JSON lines, out of the gateway and into it. */
export const archiveRoutes: readonly AnswerRoute[] = [
  conversationRoute('GET', '/v1/conversations/{id}/export', exportConversation),
  conversationRoute('POST', '/v1/conversations/import', importConversation),
]

async function exportConversation({
  id,
  request,
  store,
  tenant,
}: ConversationRequest): Promise<EventStream> {
  const include = request.query.get('include')
  if (include !== null && include !== 'seals') throw invalidField('include', 'it must be seals.')
  const pages = await store.archive.export({ tenant, id, withSeals: include === 'seals' })
  return new EventStream(contentType, async () => {
    const page = await pages.next()
    if (page.done === true) return undefined
    return page.value.map((value) => `${JSON.stringify(value)}\n`).join('')
  })
}

async function importConversation({
  request,
  store,
  tenant,
}: ConversationRequest): Promise<object> {
  const { caller, query, runtime } = request
  requireConversations(caller, runtime)
  const keep = query.get('keep_id')
  if (keep !== null && keep !== 'true' && keep !== 'false') {
    throw invalidField('keep_id', 'it must be true or false.')
  }
  if (keep === 'true') checkOwnTenant(request)
  const lines = await readLines(request)
  const { persona, strategy } = chosenIn(lines[0])
  if (typeof persona === 'string') findPersona(persona, caller, runtime)
  if (typeof strategy === 'string') findContextStrategy(strategy, caller, runtime)
  const imported = await store.archive.import({
    tenant,
    lines,
    keepIds: keep === 'true',
    receivedMs: request.http.record.startedMs,
  })
  return presentConversation(imported)
}

function chosenIn(first: unknown): { readonly persona?: unknown; readonly strategy?: unknown } {
  const { ccp } = (first ?? {}) as { readonly ccp?: unknown }
  return typeof ccp === 'object' && ccp !== null ? ccp : {}
}

/** The JSON object on each line. Throws a ModelError 400 that names the line. */
async function readLines({ http, runtime, services }: SurfaceRequest): Promise<readonly unknown[]> {
  const { request, record } = http
  const type = (request.headers.get('content-type') ?? '').split(';')[0]?.trim().toLowerCase() ?? ''
  if (!contentTypes.has(type)) throw gatewayError.unsupportedMediaType(type === '' ? 'none' : type)
  const { limits } = runtime.snapshot.gateway
  const held = await record.waitFor(readHeldBody(request, limits, services.heldBytes))
  try {
    const { body } = held
    if (!isUtf8(body)) throw gatewayError.invalidJson('it is not UTF-8')
    const lines: unknown[] = []
    for (let from = 0, line = 1; from < body.length; line++) {
      const found = body.indexOf('\n', from)
      const to = found === -1 ? body.length : found
      const text = body.subarray(from, to)
      from = to + 1
      lines.push(readLine(text, line, limits.maxDepth))
    }
    if (lines.length === 0) throw gatewayError.invalidJson('it is empty')
    return lines
  } finally {
    held.reservation.release()
  }
}

function readLine(text: Buffer, line: number, maxDepth: number): unknown {
  try {
    return checkedJsonObject(text, maxDepth).fields
  } catch (error) {
    if (!(error instanceof ModelError)) throw error
    throw error.with({ message: `Line ${line}: ${error.message}`, param: `line ${line}` })
  }
}
