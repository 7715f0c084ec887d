import { describe, expect, it } from 'vitest'
import type { Item } from './operations/chat/item.ts'
import type { ModelResponse } from './operations/chat/model-response.ts'
import { responseEvents } from './operations/chat/response-events.ts'
import { createSnapshotEvents } from './operations/chat/snapshot-events.ts'
import { createStreamAssembler } from './operations/chat/stream-assembler.ts'
import type { StreamEvent } from './operations/chat/stream-event.ts'
import { createRandom } from './test-support/random.ts'
import { randomAnswer } from './test-support/random-answer.ts'
import { grammarProblems } from './test-support/stream-grammar.ts'

const maker = {
  dialect: 'openai-responses',
  nativeBlocks: [{ type: 'web_search_call', id: 'ws_1' }],
  seals: ['signature', 'encrypted_content'],
  isBare: false,
} as const

/** The events of an answer, its texts cut where chance has it, the deltas of its calls mixed. */
function streamed(response: ModelResponse, random: () => number): StreamEvent[] {
  const cut = responseEvents(response).flatMap((event): StreamEvent[] => {
    if (event.type === 'text-delta' || event.type === 'reasoning-delta') {
      const at = Math.floor(random() * (event.text.length + 1))
      const { text, ...rest } = event
      const more = { ...rest, text: text.slice(at) } as StreamEvent
      const { startsPart: _, message: _m, logprobs: _l, ...later } = more as Record<string, unknown>
      if (at === 0 || at === text.length) return [event]
      return [{ ...rest, text: text.slice(0, at) }, later as StreamEvent]
    }
    if (event.type !== 'tool-call-delta') return [event]
    const at = Math.floor(random() * (event.arguments.length + 1))
    return [event.arguments.slice(0, at), event.arguments.slice(at)].map((text) => ({
      ...event,
      arguments: text,
    }))
  })
  const isDelta = (event: StreamEvent) => event.type === 'tool-call-delta'
  const first = cut.findIndex(isDelta)
  if (first === -1 || random() < 0.5) return cut
  const end = cut.findLastIndex(isDelta) + 1
  const calls = cut.slice(first, end)
  const starts = calls.filter((event) => !isDelta(event))
  return [...cut.slice(0, first), ...starts, ...calls.filter(isDelta), ...cut.slice(end)]
}

function followed(events: readonly StreamEvent[], random: () => number): readonly StreamEvent[] {
  const assembler = createStreamAssembler()
  const snapshots = createSnapshotEvents({ id: 'turn_1', model: 'm', createdAt: 1 })
  const told: StreamEvent[] = []
  for (const event of events) {
    assembler.push(event)
    if (random() < 0.4) told.push(...snapshots.grow(assembler.partial()))
  }
  return [...told, ...snapshots.end(assembler.response())]
}

function assembled(events: readonly StreamEvent[]): ModelResponse {
  const assembler = createStreamAssembler()
  for (const event of events) assembler.push(event)
  return assembler.response()
}

describe('events made from snapshots of an answer', () => {
  it('are those of the answer, wherever the snapshots were taken', () => {
    for (let seed = 1; seed <= 2000; seed++) {
      const random = createRandom(seed)
      const events = streamed(randomAnswer(random, maker), random)
      const told = followed(events, random)
      const whole = assembled(events)
      expect(grammarProblems(told), `seed ${seed}`).toEqual([])
      expect(assembled(told), `seed ${seed}`).toEqual({
        ...whole,
        id: 'turn_1',
        model: 'm',
        createdAt: 1,
      })
    }
  })

  it('tell each character once, though every snapshot has all of them', () => {
    const snapshots = createSnapshotEvents({ id: 'turn_1', model: 'm', createdAt: 1 })
    const said = (text: string): Item[] => [
      { type: 'message', role: 'assistant', content: [{ type: 'output_text', text }] },
    ]
    expect(snapshots.grow([])).toEqual([
      { type: 'response-start', id: 'turn_1', model: 'm', createdAt: 1 },
    ])
    expect(snapshots.grow(said('Hel'))).toEqual([{ type: 'text-delta', text: 'Hel' }])
    expect(snapshots.grow(said('Hel'))).toEqual([])
    expect(snapshots.grow(said('Hello'))).toEqual([{ type: 'text-delta', text: 'lo' }])
  })
})
