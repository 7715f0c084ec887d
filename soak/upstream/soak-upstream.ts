import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import type { SeededRandom } from '@fairlead/base/testing'
import {
  anthropicAnswerOf,
  anthropicEvents,
  chatAnswerOf,
  chatEvents,
} from '../../bench/calls/recorded-answers.ts'
import { AcceptedKeys } from './accepted-keys.ts'
import { answerText, answerWord, lastQuestion, type Question } from './asked-answer.ts'
import { failures, failuresBeforeAnswer } from './faults.ts'

/** The providers of the soak, in this process. The first segment of the path says which one. */
export interface SoakUpstream {
  readonly url: string
  /** The keys that every provider wants. */
  readonly keys: AcceptedKeys
  stop(): Promise<void>
}

/** Events of a short stream come one by one, 2 ms apart; of a long one as fast as they are read. */
const shortStreamEventsMax = 200

/** Starts the providers `openai-a`, `openai-b`, `anthropic`, `faulty` and `broken`. */
export async function startSoakUpstream(random: SeededRandom): Promise<SoakUpstream> {
  const keys = new AcceptedKeys()
  const server = createServer((request, response) => {
    response.on('error', () => response.destroy())
    void answer(request, response, { keys, random }).catch(() => response.destroy())
  })
  server.listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    keys,
    stop: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

interface Surroundings {
  readonly keys: AcceptedKeys
  readonly random: SeededRandom
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  { keys, random }: Surroundings,
): Promise<void> {
  const parts: Buffer[] = []
  for await (const part of request) parts.push(part as Buffer)
  const body = Buffer.concat(parts).toString('utf8')
  const [, provider = ''] = (request.url ?? '').split('/')
  const isAnthropic = provider === 'anthropic'
  if (!keys.accepts(keyOf(request), performance.now())) {
    response.writeHead(401, { 'content-type': 'application/json' })
    response.end('{"error": {"type": "authentication_error", "message": "no such key"}}')
    return
  }
  const question = lastQuestion(body) ?? { id: 0, words: 1 }
  const events = eventsOf(question, isAnthropic)
  const isFailing = provider === 'broken' || (provider === 'faulty' && random.chance(0.5))
  if (isFailing) {
    random.pick(provider === 'broken' ? failures : failuresBeforeAnswer)(response, events)
  } else if (/"stream": ?true/.test(body)) {
    await sendEvents(response, events)
  } else {
    // A model thinks before it answers.
    await pause(random.below(50))
    const whole = isAnthropic ? anthropicAnswerOf : chatAnswerOf
    response.writeHead(200, { 'content-type': 'application/json' })
    response.end(whole(answerText(question)))
  }
}

function eventsOf(question: Question, isAnthropic: boolean): readonly string[] {
  const word = answerWord(question)
  return (isAnthropic ? anthropicEvents : chatEvents)(question.words, () => word)
}

async function sendEvents(response: ServerResponse, events: readonly string[]): Promise<void> {
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  const isShort = events.length <= shortStreamEventsMax
  const gone = new Promise<void>((resolve) => response.once('close', resolve))
  for (const event of events) {
    if (response.destroyed) return
    if (!response.write(event)) {
      const drained = new Promise<void>((resolve) => response.once('drain', resolve))
      await Promise.race([drained, gone])
    } else if (isShort) {
      await pause(2)
    }
  }
  response.end()
}

function keyOf({ headers }: IncomingMessage): string {
  return String(headers['x-api-key'] ?? headers.authorization?.replace(/^Bearer /, '') ?? '')
}
