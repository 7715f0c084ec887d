import { setTimeout as pause } from 'node:timers/promises'
import type { SeededRandom } from '@fairlead/base/testing'
import { startUpstream, type Upstream } from '../support/upstream.ts'

interface ChatMessage {
  readonly role: string
  readonly content: string
}

/** A provider that takes its time, answers each question in its own words and looks at every prompt. */
interface SlowModel {
  readonly upstream: Upstream
  /** Prompts in which a question was missing, doubled or out of place. */
  readonly problems: readonly string[]
}

const wordDelayMsMax = 30

/** What caller `caller` asks as its question of this number, from 0. */
export function questionOf(caller: string, number: number): string {
  return `${caller} question ${number}`
}

/** Starts a model that answers `Answer <how often it was asked> to <question>`. */
export async function startSlowModel(random: SeededRandom): Promise<SlowModel> {
  const problems: string[] = []
  let asked = 0
  const upstream = await startUpstream(async (response, request) => {
    const messages = request.body['messages'] as readonly ChatMessage[]
    const questions = messages.filter(({ role }) => role === 'user').map(({ content }) => content)
    const last = questions.at(-1) ?? ''
    const caller = last.split(' ')[0] ?? ''
    const expected = questions.map((_, index) => questionOf(caller, index))
    if (JSON.stringify(questions) !== JSON.stringify(expected)) {
      problems.push(`a prompt has the questions ${JSON.stringify(questions)}`)
    }
    const words = [`Answer ${(asked += 1)} `, 'to ', last]
    if (request.body['stream'] !== true) {
      await pause(random.below(3 * wordDelayMsMax))
      response.writeHead(200, { 'content-type': 'application/json' })
      response.end(JSON.stringify(wholeAnswer(words.join(''))))
      return
    }
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    for (const word of words) {
      response.write(chunk({ content: word }, null))
      await pause(random.below(wordDelayMsMax))
    }
    response.end(`${chunk({}, 'stop')}data: [DONE]\n\n`)
  })
  return { upstream, problems }
}

function wholeAnswer(content: string): object {
  const message = { role: 'assistant', content }
  const choices = [{ index: 0, message, finish_reason: 'stop' }]
  return { id: 'x', object: 'chat.completion', created: 1, model: 'm', choices }
}

function chunk(delta: object, finish_reason: string | null): string {
  const choices = [{ index: 0, delta, finish_reason }]
  const body = { id: 'x', object: 'chat.completion.chunk', created: 1, model: 'm', choices }
  return `data: ${JSON.stringify(body)}\n\n`
}
