import { hash } from 'node:crypto'
import { systemClock } from '@fairlead/base'
import {
  createConversations,
  createMemoryStore,
  type ContextModels,
  type PromptTargets,
  type StrategyInput,
} from '@fairlead/context'
import type { Item } from '@fairlead/llm'

/** One exchange of a chat. */
export interface ChatExchange {
  readonly question: string
  readonly answer: string
}

/** What the prompts of a chat cost, in tokens and in equivalents of an input token. */
interface ReplayCost {
  readonly requests: number
  readonly inputTokens: number
  /** Of those, read from the provider's cache. */
  readonly cachedTokens: number
  readonly summaries: number
  readonly longestPrompt: number
  /** Answers cost the same with every strategy, and are not in it. */
  readonly cost: number
}

/** A provider's cache of exact prefixes: the least that it keeps, and what reading and writing cost. */
const cacheMin = 1024
const readCost = 0.1
const writeCost = 1.25
const outputCost = 5
/** What a model writes that summarises. */
const summaryTokens = 800

/**
 * Says a chat again, turn by turn, and sums up what its prompts cost at a provider that caches exact
 * prefixes of 1,024 tokens and more: reads cost 0.1, writes 1.25. A summary costs what its model reads,
 * and five times what it writes. Summaries are ready one turn after they were begun.
 */
export async function replayCost(
  chat: readonly ChatExchange[],
  strategy: StrategyInput,
): Promise<ReplayCost> {
  const store = createMemoryStore({ clock: systemClock, ttlMs: undefined })
  const conversations = createConversations({ store, clock: systemClock, random: Math.random })
  const bill = new Bill()
  const target = {
    name: 't',
    provider: 'p',
    platform: 'p',
    model: 'm',
    account: 'a',
    window: undefined,
    rendering: '',
  }
  const targets: PromptTargets = [target]
  try {
    for (const { answer, question } of chat) {
      const turn = await conversations.begin({
        tenant: 't',
        model: 'm',
        targets,
        conversation: 'c',
        createIfMissing: true,
        input: [message('user', question)],
        isNewInput: true,
        tools: [],
        persona: undefined,
        strategy,
        models: bill.models(),
      })
      bill.prompt(turn.items)
      await turn.answering(target, 1)
      const output = [message('assistant', answer)]
      await turn.finish({ status: 'completed', output, usage: undefined, model: 'm' })
      await bill.summarised()
    }
    return bill.total
  } finally {
    await conversations.close()
  }
}

/** A chat as the BEAM corpus has it: a list of batches of turns, each a list of messages. */
export function exchangesOf(batches: unknown): readonly ChatExchange[] {
  const messages = (batches as { turns: { role: string; content: string }[][] }[])
    .flatMap(({ turns }) => turns)
    .flat()
  return messages.flatMap(({ content, role }, index) => {
    const answer = messages[index + 1]
    const isAnswered = role === 'user' && answer?.role === 'assistant'
    return isAnswered ? [{ question: content, answer: answer.content }] : []
  })
}

class Bill {
  readonly #cached = new Set<string>()
  #requests = 0
  #inputTokens = 0
  #cachedTokens = 0
  #summaries = 0
  #longestPrompt = 0
  #cost = 0

  get total(): ReplayCost {
    return {
      requests: this.#requests,
      inputTokens: this.#inputTokens,
      cachedTokens: this.#cachedTokens,
      summaries: this.#summaries,
      longestPrompt: this.#longestPrompt,
      cost: this.#cost,
    }
  }

  prompt(items: readonly Item[]): void {
    let prefix = ''
    let tokens = 0
    let cached = 0
    for (const item of items) {
      const text = JSON.stringify(item)
      prefix = hash('sha1', prefix + text, 'base64')
      tokens += tokensOf(text)
      if (this.#cached.has(prefix)) cached = tokens
      this.#cached.add(prefix)
    }
    const read = cached >= cacheMin ? cached : 0
    this.#requests += 1
    this.#inputTokens += tokens
    this.#cachedTokens += read
    this.#longestPrompt = Math.max(this.#longestPrompt, tokens)
    this.#cost += read * readCost + (tokens - read) * (tokens >= cacheMin ? writeCost : 1)
  }

  models(): ContextModels {
    return {
      text: async ({ input, instructions, maxOutputTokens }) => {
        const written = Math.min(summaryTokens, maxOutputTokens / 2)
        this.#summaries += 1
        this.#cost += tokensOf(instructions) + tokensOf(input) + written * outputCost
        const number = String(this.#summaries).padStart(8, '0')
        return { text: number + 'word'.repeat(written - 2), model: 'm' }
      },
      embedder: () => {
        throw new Error('no strategy that is replayed makes vectors')
      },
    }
  }

  /** What is summarised in memory takes a few turns of the event loop. */
  async summarised(): Promise<void> {
    for (let round = 0; round < 40; round += 1) {
      await new Promise<void>((resolve) => setImmediate(resolve))
    }
  }
}

function message(role: 'user' | 'assistant', text: string): Item {
  return role === 'user'
    ? { type: 'message', role, content: [{ type: 'input_text', text }] }
    : { type: 'message', role, content: [{ type: 'output_text', text }] }
}

function tokensOf(text: string): number {
  return Math.ceil(Buffer.byteLength(text) / 4)
}
