import { describe, expect, it } from 'vitest'
import { chatFormatOf, type Dialect } from './dialects/dialect.ts'
import { dialects } from './dialects/dialects.ts'
import { adaptRequest } from './operations/chat/adapt-request.ts'
import type { ModelRequest } from './operations/chat/model-request.ts'
import { responseEvents } from './operations/chat/response-events.ts'
import type { StreamEvent } from './operations/chat/stream-event.ts'
import { differences } from './test-support/differences.ts'
import { normalAnswer, normalRequest } from './test-support/normal-form.ts'
import { createRandom } from './test-support/random.ts'
import { randomAnswer } from './test-support/random-answer.ts'
import { ownExtras, randomRequest } from './test-support/random-request.ts'
import { assemble } from './test-support/recordings.ts'
import { roundTripRules } from './test-support/round-trip-rules.ts'
import { grammarProblems } from './test-support/stream-grammar.ts'

const seeds = 300
const bothSeals = ['signature', 'encrypted_content'] as const
const nowMs = Date.UTC(2026, 0, 1)

const onWire = (value: unknown): unknown => JSON.parse(JSON.stringify(value))

describe.each([...dialects])('$name', (dialect) => {
  const { name } = dialect
  const format = chatFormatOf(dialect)
  const rules = roundTripRules[name] ?? {}
  const { models = ['some-model'], nativeBlocks = [], seals = bothSeals } = rules
  const { answersJsonAlone = false, isBare = false, isPrompt = false } = rules
  const maker = { dialect: name, isBare, nativeBlocks, seals }
  const normal = (request: ModelRequest) => normalRequest(request, rules, format.restatedFields)

  it('loses nothing of a request', () => {
    const lost = new Set<string>()
    for (const model of models) {
      const support = format.support(model)
      const conflicts = format.conflicts?.(model)
      const target = { ...maker, answersJsonAlone, isPrompt, model, conflicts, support }
      for (let seed = 1; seed <= seeds; seed += 1) {
        const asked = randomRequest(createRandom(seed), target)
        const { request } = adaptRequest(asked, target, { unsupported: 'Drop' })
        const own = { ...request, ...ownExtras(createRandom(seed), name) }
        // Where a dialect has them in its path.
        const path = { model, stream: own.stream }
        const body = onWire(format.encodeRequest(own))
        const again = format.decodeRequest(body, { messagesOptional: false, ...path })
        note(lost, normal(own), normal(again))
      }
    }
    expect(lost).toEqual(placesOf(rules.requests))
  })

  it('loses nothing of a whole answer', () => {
    const lost = new Set<string>()
    for (let seed = 1; seed <= seeds; seed += 1) {
      const answer = randomAnswer(createRandom(seed), maker)
      const again = format.decodeResponse(onWire(format.encodeResponse(answer)), nowMs)
      note(lost, normalAnswer(answer, rules), normalAnswer(again, rules))
    }
    expect(lost).toEqual(placesOf(rules.answers))
  })

  it('loses nothing of a stream, however its bytes are cut', () => {
    const lost = new Set<string>()
    for (let seed = 1; seed <= seeds; seed += 1) {
      const random = createRandom(seed)
      const answer = randomAnswer(random, maker)
      const again = throughStream(dialect, inPieces(responseEvents(answer), random), random)
      expect(grammarProblems(again), `seed ${seed}`).toEqual([])
      note(lost, normalAnswer(answer, rules), normalAnswer(assemble(again), rules))
    }
    expect(lost).toEqual(placesOf({ ...rules.answers, ...rules.streams }))
  })
})

function note(lost: Set<string>, before: unknown, after: unknown): void {
  for (const place of differences(before, after)) lost.add(place)
}

/** What is no longer lost has to leave the list. */
function placesOf(places: Readonly<Record<string, string>> = {}): Set<string> {
  return new Set(Object.keys(places))
}

/** The same events with texts and arguments in pieces, as a model writes them. */
function inPieces(events: readonly StreamEvent[], random: () => number): StreamEvent[] {
  return events.flatMap((event): StreamEvent[] => {
    if (event.type === 'text-delta') {
      const { logprobs, startsPart, text, type } = event
      return pieces(text, random).map((piece, index) => ({
        type,
        text: piece,
        ...(index === 0 && logprobs ? { logprobs } : {}),
        ...(index === 0 && startsPart ? { startsPart } : {}),
      }))
    }
    if (event.type === 'refusal-delta' || event.type === 'reasoning-delta') {
      return pieces(event.text, random).map((text) => ({ ...event, text }))
    }
    if (event.type === 'tool-call-delta') {
      return pieces(event.arguments, random).map((text) => ({ ...event, arguments: text }))
    }
    return [event]
  })
}

/** Never cut inside a character: models write whole ones. */
function pieces(text: string, random: () => number): string[] {
  const characters = Array.from(text)
  const cut: string[] = []
  while (characters.length > 0) {
    cut.push(characters.splice(0, 1 + Math.floor(random() * 6)).join(''))
  }
  return cut
}

function throughStream(
  dialect: Dialect,
  events: readonly StreamEvent[],
  random: () => number,
): StreamEvent[] {
  const format = chatFormatOf(dialect)
  const encoder = format.createStreamEncoder({ includeUsage: true })
  const bytes = Buffer.concat(events.map((event) => Buffer.from(encoder.encode(event))))
  const decoder = format.createStreamDecoder(nowMs)
  const again: StreamEvent[] = []
  for (let place = 0; place < bytes.length;) {
    const end = place + 1 + Math.floor(random() * 40)
    again.push(...decoder.push(bytes.subarray(place, end)))
    place = end
  }
  return [...again, ...decoder.end()]
}
