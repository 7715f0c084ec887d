import type { Item } from '@fairlead/llm'
import { describe, expect, it } from 'vitest'
import {
  ChatClient,
  type ChatAnswer,
  type ChatCall,
  type ChatHabits,
} from './test-support/chat-client.ts'
import { assistant, call } from './test-support/items.ts'
import { saidLines } from './test-support/same-conversation.ts'
import { seededRandom } from './test-support/seeded-random.ts'
import { TurnLog } from './test-support/turn-log.ts'
import type { TurnStatus } from './turn.ts'

const sessionsPerHabit = 200
const callsPerSession = 14

const plain: ChatHabits = {
  instructions: undefined,
  window: undefined,
  keep: (item) => item,
  send: (item) => item,
}

/** Changes the text of a message. */
function withText(item: Item, change: (text: string) => string): Item {
  if (item.type !== 'message') return item
  const content = item.content.map((part) =>
    part.type === 'input_text' || part.type === 'output_text'
      ? { ...part, text: change(part.text) }
      : part,
  )
  return { ...item, content }
}

const isAnswer = (item: Item) => item.type === 'message' && item.role === 'assistant'
const isLong = (text: string) => text.length > 60

/** Interfaces by what they do to messages. */
const habits: Readonly<Record<string, ChatHabits>> = {
  plain,
  dated: { ...plain, instructions: (number) => `Today is day ${number}.` },
  'of a window': { ...plain, window: 7 },
  'of a short window with a persona': { ...plain, window: 3, instructions: () => 'Be brief.' },
  trimming: { ...plain, keep: (item) => withText(item, (text) => text.trim()) },
  'without thinking': {
    ...plain,
    keep: (item) => withText(item, (text) => text.replace(/<think>.*?<\/think>/su, '')),
  },
  'with sources': {
    ...plain,
    keep: (item) =>
      isAnswer(item)
        ? withText(item, (text) => (isLong(text) ? `${text} [1]\n\nSources:\n[1] A page` : text))
        : item,
  },
  'with half the answer': {
    ...plain,
    keep: (item) =>
      isAnswer(item)
        ? withText(item, (text) => (isLong(text) ? text.slice(0, text.length / 2) : text))
        : item,
  },
  'that signs and respells': {
    ...plain,
    send: (item, number) =>
      item.type === 'function_call'
        ? { ...item, arguments: JSON.stringify(JSON.parse(item.arguments), null, 1) }
        : withText(item, (text) =>
            text
              .replace('signature=0', `signature=${number}`)
              .replaceAll(' ', ' \r\n')
              .normalize('NFD'),
          ),
  },
  'that renames calls': {
    ...plain,
    send: (item) =>
      item.type === 'function_call' || item.type === 'function_call_output'
        ? { ...item, call_id: `renamed_${item.call_id}` }
        : item,
  },
}

/** A model that repeats itself at times, thinks aloud and calls tools. */
class Model {
  readonly #random: () => number
  #said = 0

  constructor(random: () => number) {
    this.#random = random
  }

  answer(): { readonly output: Item[]; readonly status: TurnStatus; readonly seen: ChatAnswer } {
    const whole = this.#whole()
    const kind = this.#random()
    if (kind < 0.75) return this.#ended(whole, 'completed', { items: whole, stopped: false })
    if (kind < 0.8) return this.#ended(whole, 'completed', { items: [], stopped: false })
    if (kind < 0.88) return this.#ended([], 'failed', { items: [], stopped: false })
    const flushed = isAnswer(whole[0] ?? call('')) ? whole.slice(0, 1) : []
    const part = flushed.map((item) =>
      withText(item, (text) => text.slice(0, Math.ceil(this.#random() * text.length))),
    )
    return this.#ended(part, 'cancelled', { items: whole, stopped: true })
  }

  #ended(output: Item[], status: TurnStatus, seen: ChatAnswer) {
    return { output, status, seen }
  }

  #whole(): Item[] {
    const kind = this.#random()
    if (kind < 0.1) return [assistant('ok')]
    if (kind < 0.2) return [assistant('I am sorry, I cannot help with that.')]
    const number = this.#said++
    if (kind < 0.35) return [call(`c${number}`, `{"q":${number}}`)]
    const text = `Answer ${number} is caf\u00E9: ${'it depends on what you mean by that. '.repeat(3)}`
    return [assistant(kind < 0.5 ? `<think>Hm ${number}</think>\n\n${text}` : `${text}\n`)]
  }
}

interface Seen {
  calls: number
  copied: number
  readonly actions: Set<string>
}

function chat(name: string, seed: number, seen: Seen): void {
  const random = seededRandom(seed)
  const client = new ChatClient(random, habits[name] ?? plain)
  const model = new Model(random)
  const log = new TurnLog()
  for (let number = 0; number < callsPerSession; number++) {
    const sent = client.next()
    const { output, status, seen: shown } = model.answer()
    const said = log.say(sent.body, output, status)
    check(sent, said, `${name}, seed ${seed}, call ${number}: ${sent.action}`)
    seen.calls++
    seen.copied += said.placement.exchanges.length - 1
    for (const action of sent.action.split(' ')) seen.actions.add(action)
    client.receive(sent, shown)
  }
}

function check(sent: ChatCall, { prompt, placement }: ReturnType<TurnLog['say']>, where: string) {
  if (sent.ambiguous) return
  expect(saidLines(prompt), where).toEqual(saidLines(sent.believes))
  expect(prompt.length, where).toBeLessThanOrEqual(sent.body.length)
  if (!sent.rearranged) expect(placement.exchanges.length, where).toBe(1)
  expect(orphans(prompt), where).toEqual(orphans(sent.body).length === 0 ? [] : orphans(prompt))
}

/** The ids of outputs before which there is no call. */
function orphans(items: readonly Item[]): string[] {
  const calls = new Set<string>()
  return items.flatMap((item) => {
    if (item.type === 'function_call') calls.add(item.call_id)
    return item.type === 'function_call_output' && !calls.has(item.call_id) ? [item.call_id] : []
  })
}

describe('sessions of chat interfaces', () => {
  it.each(Object.keys(habits))(
    'get the prompts that their users believe in, and store each turn once: %s',
    (name) => {
      const seen: Seen = { calls: 0, copied: 0, actions: new Set() }
      for (let seed = 1; seed <= sessionsPerHabit; seed++) chat(name, seed, seen)
      expect(seen.calls).toBe(sessionsPerHabit * callsPerSession)
      expect(seen.copied).toBeLessThan(seen.calls / 2)
      for (const action of ['regenerate', 'edit', 'delete', 'go', 'reload', 'retry']) {
        expect(seen.actions).toContain(action)
      }
    },
  )
})
