import type { Conversation } from './conversation.ts'
import type { Exchange } from './split-into-turns.ts'
import type { Turn } from './turn.ts'
import type { NewId } from './ulid.ts'

/** Returns a function that makes completed turns, each the successor of the one before it. */
export function chainTurns(
  conversation: Conversation,
  head: Turn | undefined,
  newId: NewId,
  atSeconds: number,
): (exchange: Exchange, model: string) => Turn {
  let parent = head?.id ?? null
  const instructedBy = head?.instructed_by ?? null
  let seq = conversation.ccp.turns
  return ({ input, output }, model) => {
    const turn: Turn = {
      id: newId('turn_'),
      conversation: conversation.id,
      parent,
      seq: ++seq,
      branch: conversation.ccp.branch,
      status: 'completed',
      instructions: [],
      instructed_by: instructedBy,
      left_out: head?.left_out ?? null,
      input,
      output,
      usage: null,
      finish_reason: null,
      answered_by: null,
      model,
      epoch: conversation.ccp.epoch.n,
      plan: null,
      supersedes: null,
      pinned: false,
      response: null,
      idempotency_key: null,
      request_digest: null,
      created_at: atSeconds,
      completed_at: atSeconds,
    }
    parent = turn.id
    return turn
  }
}
