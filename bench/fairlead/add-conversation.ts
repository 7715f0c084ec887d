import type { BenchedFairlead } from './start-fairlead.ts'

/** Imports a conversation with a log of so many turns. */
export async function addConversation(
  fairlead: BenchedFairlead,
  id: string,
  turns: number,
): Promise<void> {
  const log = Array.from({ length: turns }, (_, index) => turnOf(index + 1))
  const lines = [conversationOf(id, turns), ...log].map((line) => JSON.stringify(line))
  const response = await fetch(`${fairlead.gateway}/v1/conversations/import?keep_id=true`, {
    method: 'POST',
    headers: { ...fairlead.headers, 'content-type': 'application/jsonl' },
    body: lines.join('\n'),
  })
  const text = await response.text()
  if (!response.ok) throw new Error(`conversation ${id}: ${response.status} ${text}`)
}

function conversationOf(id: string, turns: number): object {
  const head = turnId(turns)
  const retention = { expires_at: null, legal_hold: false }
  const tree = { branch: 'main', branches: { main: head }, head, pinned: [], sends_history: false }
  const ccp = { version: 'v1alpha1', revision: turns, ...tree, subject: null, retention, epoch: 1 }
  const more = { persona: null, strategy: null, variables: {} }
  return { object: 'conversation', id, created_at: 1, metadata: {}, ccp: { ...ccp, ...more } }
}

function turnOf(seq: number): object {
  const question = `What follows after number ${seq}, and how do you know that?`
  const answer = `After number ${seq} follows ${seq + 1}, as always.`
  return {
    object: 'ccp.turn',
    id: turnId(seq),
    parent: seq === 1 ? null : turnId(seq - 1),
    seq,
    branch: 'main',
    status: 'completed',
    instructions: [],
    instructed_by: null,
    input: [itemOf(`question-${seq}`, 'user', { type: 'input_text', text: question })],
    output: [itemOf(`answer-${seq}`, 'assistant', { type: 'output_text', text: answer })],
    model: 'bench',
    epoch: 1,
    plan: null,
    supersedes: null,
    pinned: false,
    created_at: 1,
    completed_at: 1,
  }
}

function turnId(seq: number): string {
  return `turn_${seq}`
}

function itemOf(id: string, role: string, part: object): object {
  return { type: 'message', id, role, content: [part] }
}
