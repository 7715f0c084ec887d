import type { ContextStore, KeptResponse } from '@fairlead/context'
import { forgottenPlan } from '../../packages/context/src/plan/forgotten-plan.ts'
import {
  conversationAt,
  ended,
  text,
  turnOf,
} from '../../packages/context/src/stores/test-support/turns.ts'

/** Whose words they are, and where. */
interface Told {
  readonly tenant: string
  readonly subject: string
  /** Stands in everything that a caller, a model or a retriever can put a text into. */
  readonly word: string
}

/** Kinds of records; a store knows none of them. */
const recordKinds = ['summary', 'vectors', 'note', 'of-a-later-version']

/**
 * Stores everything that may be kept of a subject: a conversation with a turn that has ended and one that
 * runs, quotations, plans, records, responses with frames, one of which runs, and another conversation
 * that is deleted before.
 */
export async function tellEverything(store: ContextStore, told: Told): Promise<void> {
  const { tenant, subject, word } = told
  for (const id of [`earlier-${word}`, `conv-${word}`]) {
    await tellConversation(store, id, told)
    if (id.startsWith('earlier')) await store.remove(tenant, id)
  }
  for (const kind of recordKinds) {
    const record = { kind, tenant, id: `${kind}-${word}`, body: { word }, expiresAtMs: 9e14 }
    await store.records.put({ ...record, owner: `subject:${subject}` }, null)
  }
}

async function tellConversation(
  store: ContextStore,
  id: string,
  { tenant, subject, word }: Told,
): Promise<void> {
  const { ccp, ...rest } = conversationAt(1, tenant, id)
  const message = (name: string) =>
    ({ type: 'message', role: 'user', id: `${name}-${word}`, content: text(word) }) as const
  const passage = { kind: 'knowledge', source: word, id: word, title: word, url: word } as const
  const found = { score: 1, tokens: 1, metadata: { word }, action: 'kept' } as const
  const turn = turnOf(id, 1, {
    id: `turn-${id}`,
    instructions: [message('system')],
    input: [message('question')],
    retrieved: { items: [message('quote')], passages: [{ ...passage, ...found }] },
    plan: `plan-${id}`,
    idempotency_key: `key-${word}`,
    request_digest: 'digest',
  })
  const plan = { ...forgottenPlan(turn), note: word }
  const about = { ...ccp, subject, variables: { mood: word }, turns: 1, head: turn.id }
  const conversation = { ...rest, metadata: { [`name-${word}`]: word }, ccp: about }
  await store.append({ expectedRevision: null, conversation, turns: [turn], plan })
  await store.finish(tenant, { turn: { ...ended(turn), output: [message('answer')] }, plan })
  for (const kind of recordKinds) {
    const record = { kind, tenant, owner: id, id: `${kind}-${word}`, body: { word } }
    await store.records.put({ ...record, expiresAtMs: null }, null)
  }
  const part = { tenant, output: [{ id: `out-${id}`, word }], firstFrame: 0, frames: [word] }
  const end = { body: { word }, error: { code: 'x', message: word }, answeredBy: null }
  for (const name of ['whole', 'running']) {
    const response = responseOf(`${name}-${id}`, tenant, id, word)
    await store.responses.add(response)
    await store.responses.flush([{ ...part, id: response.id }])
    if (name === 'running') continue
    const status = 'completed'
    await store.responses.finish({ ...part, ...end, id: response.id, status, completedAt: 2 })
  }
  const next = turnOf(id, 2, { id: `next-${id}`, parent: turn.id, input: [message('next')] })
  const grown = { ...conversation, ccp: { ...about, revision: 2, turns: 2, head: next.id } }
  await store.append({ expectedRevision: 1, conversation: grown, turns: [next] })
  const partial = [message('partial')]
  await store.flush([{ tenant, conversation: id, turn: next.id, output: partial }])
}

function responseOf(id: string, tenant: string, conversation: string, word: string): KeptResponse {
  return {
    id,
    tenant,
    previous: null,
    conversation,
    status: 'in_progress',
    background: true,
    body: { word },
    input: [{ id: `in-${id}`, word }],
    output: [],
    error: null,
    answered_by: null,
    created_at: 1,
    completed_at: null,
  }
}
