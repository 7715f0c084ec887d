import { small } from '../calls/calls.ts'
import type { BenchedFairlead } from './start-fairlead.ts'

/**
 * Creates a conversation with a log of so many turns by one call that brings all of it, as an
 * application does that kept its history itself until now.
 */
export async function addConversation(
  fairlead: BenchedFairlead,
  id: string,
  turns: number,
): Promise<void> {
  const history = Array.from({ length: turns - 1 }, (_, turn) => [
    { role: 'user', content: `What follows after number ${turn}, and how do you know that?` },
    { role: 'assistant', content: `After number ${turn} follows ${turn + 1}, as always.` },
  ]).flat()
  const response = await fetch(`${fairlead.gateway}/v1/chat/completions`, {
    method: 'POST',
    headers: { ...fairlead.headers, 'content-type': 'application/json' },
    body: JSON.stringify({
      model: `${small.name}-model`,
      messages: [...history, { role: 'user', content: 'And now?' }],
      context: { conversation: id },
    }),
  })
  const text = await response.text()
  if (response.status !== 200) throw new Error(`conversation ${id}: ${response.status} ${text}`)
}
