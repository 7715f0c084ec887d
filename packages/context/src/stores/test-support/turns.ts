import type { Conversation } from '../../turns/conversation.ts'
import { newConversation } from '../../turns/new-conversation.ts'
import type { Turn } from '../../turns/turn.ts'

export const text = (said: string) => [{ type: 'output_text', text: said }] as const

/** A running turn that follows the one with the seq before it. */
export function turnOf(conversation: string, seq: number, change: Partial<Turn> = {}): Turn {
  return {
    id: `turn_${seq}`,
    conversation,
    parent: seq === 1 ? null : `turn_${seq - 1}`,
    seq,
    branch: 'main',
    status: 'in_progress',
    instructions: [],
    instructed_by: null,
    left_out: null,
    input: [{ type: 'message', role: 'user', id: `msg_${seq}`, content: text(`question ${seq}`) }],
    output: [],
    usage: null,
    finish_reason: null,
    answered_by: null,
    model: 'm',
    epoch: 1,
    plan: `plan_${seq}`,
    supersedes: null,
    pinned: false,
    response: null,
    idempotency_key: null,
    request_digest: null,
    created_at: 1,
    completed_at: null,
    ...change,
  }
}

/** The turn with an answer. */
export function ended(running: Turn): Turn {
  const output = [
    { type: 'message', role: 'assistant', id: 'msg_a', content: text('answer') },
  ] as const
  return { ...running, status: 'completed', output, completed_at: 2 }
}

export function conversationAt(revision: number, tenant = 'a', id = 'c1'): Conversation {
  const empty = newConversation({ id, tenant, store: 'test', nowMs: 1000 })
  return { ...empty, ccp: { ...empty.ccp, revision } }
}
