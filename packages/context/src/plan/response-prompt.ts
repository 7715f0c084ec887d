import type { Item, ToolDefinition } from '@fairlead/llm'
import type { TurnAnswerer } from '../turns/turn.ts'
import { isSealed, withoutSeal } from './item-seal.ts'
import { PrefixDigest } from './prefix-digest.ts'
import type { PromptTarget } from './prompt-target.ts'
import { withoutIdentity } from './render-group.ts'
import { sealProblem } from './seal-problem.ts'

/** A kept answer, as far as it decides where its seals may be sent. */
export interface AnswerOrigin {
  /** Id of the kept response. */
  readonly response: string
  /** Null where it is not known who answered: then no seal of it goes anywhere. */
  readonly answeredBy: TurnAnswerer | null
  /** Whether it came to its end. */
  readonly isWhole: boolean
}

/** One item of a prompt that continues or refers to kept responses. */
export interface ResponsePromptPart {
  readonly item: Item
  /** Absent for what the caller has just sent: its seals are the caller's to answer for. */
  readonly origin?: AnswerOrigin
  /** Its place in the answer; 0 where it is not of one. */
  readonly index?: number
}

export interface ResponsePrompt {
  readonly items: readonly Item[]
  /** What the seals of its answer are bound to: see `TurnAnswerer`. */
  readonly digest: string
}

/**
 * What a target is sent of items of kept responses: with the seals that it made itself, after the
 * very prompt that they were made after; of others the visible text.
 */
export function responsePrompt(
  target: PromptTarget,
  tools: readonly ToolDefinition[],
  parts: readonly ResponsePromptPart[],
): ResponsePrompt {
  const prefix = new PrefixDigest()
  prefix.add([target.rendering, tools])
  const seals = new ResponseSeals(target, prefix, parts)
  const items: Item[] = []
  for (const part of parts) {
    const sent = seals.checked(part)
    if (sent === undefined) continue
    items.push(sent)
    prefix.add(withoutIdentity(sent))
  }
  return { items, digest: prefix.current() }
}

/**
 * The account of a provider that made the newest of its seals in the answers that a prompt continues;
 * undefined if none did.
 */
export function sealingAccountOf(
  provider: string,
  parts: readonly ResponsePromptPart[],
): string | undefined {
  return parts.findLast(
    ({ item, origin }) => origin?.answeredBy?.provider === provider && isSealed(item),
  )?.origin?.answeredBy?.account
}

/** The items of a prompt without any seal of a kept response, for whoever is asked. */
export function withoutKeptSeals(parts: readonly ResponsePromptPart[]): readonly Item[] {
  const seals = new ResponseSeals(undefined, new PrefixDigest(), parts)
  return parts.flatMap((part) => seals.checked(part) ?? [])
}

/** Takes invalid seals from items, as they are rendered one after the other. */
class ResponseSeals {
  /** Undefined: nobody reads any of them. */
  readonly #target: PromptTarget | undefined
  readonly #prefix: PrefixDigest
  /** The answers with sealed blocks of their provider's own, by response. */
  readonly #withSealedBlocks: ReadonlySet<string>
  /** By response, for those whose items have all come so far, one after the other. */
  readonly #answers = new Map<string, { readonly isValid: boolean; readonly next: number }>()

  constructor(
    target: PromptTarget | undefined,
    prefix: PrefixDigest,
    parts: readonly ResponsePromptPart[],
  ) {
    this.#target = target
    this.#prefix = prefix
    this.#withSealedBlocks = new Set(
      parts.flatMap(({ item, origin }) =>
        origin !== undefined && item.type === 'fairlead:native' && isSealed(item)
          ? [origin.response]
          : [],
      ),
    )
  }

  checked({ index = 0, item, origin }: ResponsePromptPart): Item | undefined {
    if (origin === undefined) return item
    const isValid = this.#isValid(origin, index)
    if (isValid) return item
    const { response } = origin
    // A tool's use and its result refer to each other, and only one of them is sealed.
    const isBound = item.type === 'fairlead:native' && this.#withSealedBlocks.has(response)
    return isBound || isSealed(item) ? withoutSeal(item) : item
  }

  #isValid(origin: AnswerOrigin, index: number): boolean {
    const { answeredBy, isWhole, response } = origin
    if (answeredBy === null || this.#target === undefined) return false
    const known = this.#answers.get(response)
    const isInPlace = index === (known?.next ?? 0)
    const isValid =
      isInPlace &&
      (known?.isValid ??
        sealProblem(
          { answered_by: answeredBy, status: isWhole ? 'completed' : 'cancelled' },
          this.#target,
          this.#prefix.current(),
        ) === undefined)
    this.#answers.set(response, { isValid, next: index + 1 })
    return isValid
  }
}
