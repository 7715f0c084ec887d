import type { JsonObject } from '@fairlead/base'
import type { Note, NoteOwner, Notes } from '@fairlead/context'
import { invalidField, isGiven, missingField, readNonEmptyString } from '@fairlead/llm'
import { readExpectedRevision } from '../../call/call-context.ts'
import { readItemPage } from '../../conversations/item-page.ts'
import { gatewayError } from '../../errors/gateway-error.ts'
import { EventStream } from '../../http/event-stream.ts'
import { requireConversations } from '../../runtime/require-conversations.ts'
import type { Runtime } from '../../runtime/runtime.ts'
import type { AnswerRoute } from '../surface.ts'
import {
  type ConversationRequest,
  conversationRoute,
  listOf,
  readFields,
} from './conversation-route.ts'
import { checkOwnTenant } from './own-tenant.ts'

const notesPath = '/v1/subjects/{id}/notes'
const notePath = `${notesPath}/{note}`

/** What is remembered of a subject: to be read, and to be changed by whoever owns it. */
export const noteRoutes: readonly AnswerRoute[] = [
  noteRoute('GET', notesPath, listNotes),
  noteRoute('POST', notesPath, async ({ asked, notes, owner }) => {
    requireMemory(asked.request.runtime)
    const { expires_at, text } = readNote(await readFields(asked.request, noteFields))
    if (text === undefined) throw missingField('text', 'say what is to be noted')
    return presentNote(owner, await notes.add(owner, { text, expires_at }))
  }),
  noteRoute('DELETE', notesPath, async ({ notes, owner }) => ({
    object: 'ccp.notes.deleted',
    subject: owner.subject,
    deleted: await notes.removeAll(owner),
  })),
  noteRoute('GET', notePath, async ({ notes, owner, reference }) =>
    presentNote(owner, await notes.get(reference)),
  ),
  noteRoute('POST', notePath, async ({ asked, notes, owner, reference }) => {
    requireMemory(asked.request.runtime)
    const change = readNote(await readFields(asked.request, noteFields))
    if (Object.values(change).every((value) => value === undefined)) {
      throw missingField('text', 'say what is to be changed')
    }
    return presentNote(owner, await notes.change(reference, change))
  }),
  noteRoute('DELETE', notePath, async ({ notes, reference }) => {
    await notes.remove(reference)
    return { id: reference.id, object: 'ccp.note.deleted', deleted: true }
  }),
]

interface NoteRequest {
  readonly asked: ConversationRequest
  readonly notes: Notes
  readonly owner: NoteOwner
  /** The note of the path, at the version of `If-Match`. */
  readonly reference: NoteOwner & {
    readonly id: string
    readonly expectedVersion: number | undefined
  }
}

/** Deleting is open to everybody who may erase the subject; the rest, to who may have conversations. */
function noteRoute(
  method: AnswerRoute['method'],
  path: string,
  answer: (request: NoteRequest) => Promise<object>,
): AnswerRoute {
  return conversationRoute(method, path, async (asked) => {
    const { id: subject, request, store, tenant } = asked
    checkOwnTenant(request)
    if (method !== 'DELETE') requireConversations(request.caller, request.runtime)
    const ifMatch = request.http.request.headers.get('if-match')
    const owner = { tenant, subject, receivedMs: request.http.record.startedMs }
    const reference = {
      ...owner,
      id: request.parameters['note'] ?? '',
      expectedVersion: readExpectedRevision(ifMatch, undefined),
    }
    return answer({ asked, notes: store.notes, owner, reference })
  })
}

async function listNotes({ asked, notes, owner }: NoteRequest): Promise<object> {
  const { query } = asked.request
  const format = query.get('format')
  if (format !== null && format !== 'json' && format !== 'jsonl') {
    throw invalidField('format', 'it must be json or jsonl.')
  }
  if (format === 'jsonl') return asLines(notes, owner)
  const { hasMore, items } = await notes.list(owner, readItemPage(query))
  return listOf(
    items.map((note) => presentNote(owner, note)),
    hasMore,
  )
}

/** All notes, the oldest first, each as a line of JSON: https://jsonlines.org */
async function asLines(notes: Notes, owner: NoteOwner): Promise<EventStream> {
  const read = (after: string | undefined) =>
    notes.list(owner, { limit: 100, order: 'asc', ...(after === undefined ? {} : { after }) })
  // Whatever is wrong is told before the first line.
  let page: Awaited<ReturnType<typeof read>> | undefined = await read(undefined)
  return new EventStream('application/jsonl', async () => {
    if (page === undefined) return undefined
    const { hasMore, items } = page
    page = hasMore ? await read(items.at(-1)?.id) : undefined
    return items.map((note) => `${JSON.stringify(presentNote(owner, note))}\n`).join('')
  })
}

const noteFields = ['text', 'expires_at']

function readNote({ expires_at, text }: JsonObject) {
  if (expires_at !== undefined && expires_at !== null && typeof expires_at !== 'number') {
    throw invalidField('expires_at', 'it must be Unix seconds, or null.')
  }
  return { expires_at, text: isGiven(text) ? readNonEmptyString(text, 'text') : undefined }
}

function presentNote({ subject }: NoteOwner, { id, ...note }: Note) {
  return { id, object: 'ccp.note', subject, ...note }
}

/** Throws where no strategy would use what is noted. */
function requireMemory({ snapshot }: Runtime): void {
  const isOn = [...snapshot.contextStrategies.values()].some(({ memory }) => memory !== undefined)
  if (!isOn) throw gatewayError.memoryNotEnabled()
}
