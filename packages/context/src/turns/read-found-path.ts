import type { Item } from '@fairlead/llm'
import { isCallOutput } from './item-kind.ts'
import type { FoundPath, FoundTurn } from './find-path.ts'
import type { SentExchange } from './sent-exchange.ts'
import type { Exchange } from './split-into-turns.ts'
import type { AsSent } from './turn-as-sent.ts'

interface ReadPath {
  /** By turn id: what the caller has of the turns that were found, where it differs. */
  readonly asSent: ReadonlyMap<string, AsSent>
  /** What was not found. */
  readonly exchanges: readonly Exchange[]
}

/** What a body says about the turns that were found in it, and what it has beside them. */
export function readFoundPath(body: readonly SentExchange[], path: FoundPath): ReadPath {
  const names = new CallNames()
  const asSent = new Map<string, AsSent>()
  for (const found of path.matches) {
    const sent = body[found.match.from.exchange]
    if (sent === undefined) continue
    const different = differenceOf(found, sent, names)
    if (different !== undefined) asSent.set(found.turn.id, different)
    if (found.match.answer !== 'none') names.learn(sent, found)
  }
  const { exchange, offset } = path.cursor
  const exchanges = body.slice(exchange).map(({ input, output }, index): Exchange => {
    const asked = names.renamed(index === 0 ? input.slice(offset) : input)
    names.forget(output)
    return { input: asked, output }
  })
  return { asSent, exchanges }
}

function differenceOf(
  { match }: FoundTurn,
  sent: SentExchange,
  names: CallNames,
): AsSent | undefined {
  const { from, count, question, answer } = match
  if (question === 'same' && answer !== 'changed' && !(answer === 'none' && count > 0)) {
    return undefined
  }
  return {
    ...(question === 'changed' && {
      question: names.renamed(sent.input.slice(from.offset, from.offset + count)),
    }),
    ...(answer === 'none' && { answer: { messages: [], calls: false } }),
    ...(answer === 'changed' && {
      answer: {
        messages: sent.output.filter((item) => item.type === 'message'),
        calls: sent.answerKey.calls.length > 0,
      },
    }),
  }
}

/** The ids of calls that a caller gave other ids: outputs must name the calls of the log. */
class CallNames {
  readonly #own = new Map<string, string>()

  learn(sent: SentExchange, { turn }: FoundTurn): void {
    for (const [index, { id: own }] of turn.answer.calls.entries()) {
      const id = sent.answerKey.calls[index]?.id
      if (id === own) this.#own.delete(id)
      else if (id !== undefined) this.#own.set(id, own)
    }
  }

  /** Calls that are not in the log keep their ids. */
  forget(output: readonly Item[]): void {
    for (const item of output) if (item.type === 'function_call') this.#own.delete(item.call_id)
  }

  renamed(items: readonly Item[]): readonly Item[] {
    if (this.#own.size === 0) return items
    return items.map((item) => {
      const own = isCallOutput(item) ? this.#own.get(item.call_id) : undefined
      return own === undefined ? item : { ...item, call_id: own }
    })
  }
}
