import { Agent } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import type { SeededRandom } from '@fairlead/base/testing'
import type { Item } from '@fairlead/llm'
import { ChatCallUnderWay, type CallResult, type WireCall } from '../conversations/chat-call.ts'
import { chatSurfaces, requestBody } from '../conversations/chat-surface.ts'
import { questionOf } from './slow-model.ts'

/** A gateway and what lets a caller in. */
export interface CalledGateway {
  readonly gateway: string
  readonly apiKey: string
}

/** What a caller was told: the gateway must know it for ever. */
interface Acknowledged {
  readonly question: string
  readonly answer: string
}

/** What keeps a caller from an answer while the program is down, or cannot store. */
const passing = new Set([0, 503])
const retryDelayMs = 100
const giveUpMs = 120_000

interface CallerParts {
  readonly id: string
  readonly model: string
  readonly random: SeededRandom
  /** Whom it calls now. */
  readonly gateway: () => CalledGateway
  /** Told of every answer with an error status, and how long it took. */
  readonly refused: (status: number, text: string, ms: number) => void
}

/**
 * Asks one question after the other in a conversation of its own. A call that fails is sent again
 * with its Idempotency-Key until it is answered, as SDKs do.
 */
export class SteadyCaller {
  readonly acknowledged: Acknowledged[] = []
  readonly problems: string[] = []
  /** How many calls were sent again. */
  sentAgain = 0
  readonly #parts: CallerParts
  readonly #surface
  readonly #agent = new Agent({ keepAlive: true })
  #isStopping = false

  constructor(parts: CallerParts) {
    this.#parts = parts
    this.#surface = parts.random.pick(chatSurfaces)
  }

  get id(): string {
    return this.#parts.id
  }

  /** Resolves when it was told to stop and has its last answer. */
  async run(): Promise<void> {
    while (!this.#isStopping && this.problems.length === 0) await this.#ask()
    this.#agent.destroy()
  }

  stop(): void {
    this.#isStopping = true
  }

  async #ask(): Promise<void> {
    const { id } = this.#parts
    const question = questionOf(id, this.acknowledged.length)
    const wire = this.#wire(question, `${id}-${this.acknowledged.length}`)
    const until = performance.now() + giveUpMs
    for (;;) {
      const result = await this.#send(wire)
      if ('items' in result) {
        this.acknowledged.push({ question, answer: result.items.map(textOf).join('') })
        return
      }
      if (!passing.has(result.status) && !isCutStream(result)) {
        return void this.problems.push(`${question} got ${result.status}: ${result.text}`)
      }
      if (performance.now() > until) {
        return void this.problems.push(`${question} was never answered: ${result.text}`)
      }
      this.sentAgain += 1
      await pause(retryDelayMs)
    }
  }

  async #send(wire: WireCall): Promise<CallResult> {
    const { refused } = this.#parts
    const { gateway, apiKey } = this.#parts.gateway()
    const headers = { ...wire.headers, authorization: `Bearer ${apiKey}` }
    const startedMs = performance.now()
    const call = new ChatCallUnderWay(gateway, this.#agent, { ...wire, headers })
    const result = await call.ended
    const isRefused = 'status' in result && result.status >= 400
    if (isRefused) refused(result.status, result.text, performance.now() - startedMs)
    return result
  }

  #wire(question: string, key: string): WireCall {
    const { id, model, random } = this.#parts
    const { dialect, path } = this.#surface
    const stream = random.chance(0.5)
    const content = [{ type: 'input_text', text: question }] as const
    const items: readonly Item[] = [{ type: 'message', role: 'user', content }]
    return {
      dialect,
      path: path(model, stream),
      body: JSON.stringify(requestBody(dialect, model, items, stream)),
      headers: {
        'x-fairlead-conversation': id,
        'x-fairlead-strategy': 'whole',
        'idempotency-key': key,
      },
      stream,
    }
  }
}

/** A stream whose end did not come: its status was told before. */
function isCutStream(result: { readonly status: number }): boolean {
  return result.status === 200
}

function textOf(item: Item): string {
  if (item.type !== 'message') return ''
  return item.content.map((part) => ('text' in part ? part.text : '')).join('')
}
