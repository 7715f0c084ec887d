import { Agent, request } from 'node:http'
import { sleep, systemClock } from '@fairlead/base'
import type { SeededRandom } from '@fairlead/base/testing'
import { wordsOf } from './slow-provider.ts'

interface CallersOptions {
  readonly url: string
  readonly apiKey: string
  readonly random: SeededRandom
}

interface ChatMessage {
  readonly role: 'user' | 'assistant'
  readonly content: string
}

/** Callers who keep their connections, never call again, and look at every answer. */
export class Callers {
  readonly counts = { streams: 0, calls: 0, turns: 0 }
  /** What went wrong, in words. */
  readonly failures: string[] = []
  readonly #options: CallersOptions
  readonly #running: Promise<void>[] = []
  #isStopped = false

  constructor(options: CallersOptions) {
    this.#options = options
  }

  /** Calls one long stream after another. */
  addStreamer(): void {
    this.#add(async (agent) => {
      const answer = await this.#call(agent, 'slow', [{ role: 'user', content: 'go' }], true)
      const text = textOf(answer)
      const [, count] = /of (\d+)$/.exec(text) ?? []
      if (text !== wordsOf(Number(count))) {
        throw new Error(`a stream of ${text.length} characters ends with "${text.slice(-40)}"`)
      }
      this.counts.streams += 1
    })
  }

  /** Makes short calls, with pauses of up to this long. */
  addCaller(model: string, pauseMs: number): void {
    this.#add(async (agent) => {
      const answer = await this.#call(agent, model, [{ role: 'user', content: 'hi' }], false)
      const said = contentOf(answer)
      if (said !== `${model} heard 1`) throw new Error(`${model} answered ${answer}`)
      this.counts.calls += 1
      await sleep(systemClock, this.#options.random.below(pauseMs))
    })
  }

  /** Has a conversation, of which it sends the whole history, as chat interfaces do. */
  addConversation(id: string): void {
    let history: readonly ChatMessage[] = []
    this.#add(async (agent) => {
      const asked: readonly ChatMessage[] = [...history, { role: 'user', content: 'more' }]
      const answer = await this.#call(agent, 'chat', asked, false, {
        'x-fairlead-conversation': id,
      })
      const content = contentOf(answer)
      if (content !== `chat heard ${asked.length}`) {
        throw new Error(`turn ${asked.length} of ${id} was answered ${answer}`)
      }
      history = asked.length > 40 ? history : [...asked, { role: 'assistant', content }]
      this.counts.turns += 1
      await sleep(systemClock, this.#options.random.below(300))
    })
  }

  /** Resolves when the calls in progress have ended. */
  async stop(): Promise<void> {
    this.#isStopped = true
    await Promise.all(this.#running)
  }

  #add(once: (agent: Agent) => Promise<void>): void {
    const loop = async () => {
      const agent = new Agent({ keepAlive: true, maxSockets: 1 })
      while (!this.#isStopped) {
        await once(agent).catch((error: unknown) => {
          this.failures.push(String(error))
          return sleep(systemClock, 100)
        })
      }
      agent.destroy()
    }
    this.#running.push(loop())
  }

  #call(
    agent: Agent,
    model: string,
    messages: readonly ChatMessage[],
    stream: boolean,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<string> {
    const { url, apiKey } = this.#options
    const body = JSON.stringify({ model, messages, stream })
    const authorization = `Bearer ${apiKey}`
    return new Promise((resolve, reject) => {
      const call = request(`${url}/v1/chat/completions`, {
        agent,
        method: 'POST',
        headers: {
          authorization,
          'content-type': 'application/json',
          'content-length': Buffer.byteLength(body),
          ...headers,
        },
      })
      const fail = (error: Error) => {
        const isReused = call.reusedSocket ? 'an open' : 'a new'
        reject(new Error(`${model} on ${isReused} connection: ${error.message}`))
      }
      call.once('error', fail)
      call.once('response', (response) => {
        let text = ''
        response.setEncoding('utf8')
        response.on('data', (piece: string) => (text += piece))
        response.once('error', fail)
        response.once('end', () =>
          response.statusCode === 200
            ? resolve(text)
            : reject(new Error(`${model}: ${response.statusCode} ${text}`)),
        )
      })
      call.end(body)
    })
  }
}

function contentOf(answer: string): string {
  const { choices } = JSON.parse(answer) as {
    readonly choices: readonly { readonly message: { readonly content: string } }[]
  }
  return choices[0]?.message.content ?? ''
}

/** The text of a stream that has come to its end. */
function textOf(answer: string): string {
  if (!answer.endsWith('data: [DONE]\n\n'))
    throw new Error(`a stream was cut: ${answer.slice(-200)}`)
  const events = answer.split('\n\n').filter((event) => event.startsWith('data: {'))
  return events
    .map((event) => {
      const { choices } = JSON.parse(event.slice('data: '.length)) as {
        readonly choices: readonly { readonly delta: { readonly content?: string } }[]
      }
      return choices[0]?.delta.content ?? ''
    })
    .join('')
}
