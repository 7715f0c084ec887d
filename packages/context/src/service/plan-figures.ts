import type { Clock, Logger } from '@fairlead/base'
import { sum } from '../plan/count-tokens.ts'
import type { AttemptPrompt } from '../plan/turn-prompts.ts'
import type { TurnStore } from '../stores/turn-store.ts'
import { mediaParts } from '../turns/item-text.ts'
import type { PlanCounting } from './conversations-options.ts'
import type { TokenFigures } from './token-figures.ts'

/**
 * What may be counted without anybody waiting for it: so many bytes at once, and so many a second
 * after that, which takes about 2 % of a CPU. One prompt may take more than is left; what follows it
 * has to wait for longer. Plans beyond it keep their estimates.
 */
const bytesAtOnceMax = 256 * 1024
const bytesPerSecond = 64 * 1024
/** What is looked up among known counts costs this share of what is counted. */
const lookupShare = 1 / 16

interface PlanFiguresOptions {
  readonly figures: TokenFigures
  /** With a deadline on every operation. */
  readonly store: Pick<TurnStore, 'replacePlan'>
  /** Who else is told. */
  readonly planCounting: PlanCounting
  readonly clock: Pick<Clock, 'monotonicMs'>
  readonly logger: Logger
}

/** A prompt that has been answered. */
interface AnsweredPrompt {
  readonly tenant: string
  readonly prompt: AttemptPrompt
  /** Input tokens as the provider reported them; undefined when it did not. */
  readonly reportedTokens: number | undefined
}

/**
 * Counts prompts after their answers: the figures of their plans become those of a tokenizer, and how
 * the provider's reports differ from them is learnt.
 */
export class PlanFigures {
  readonly #options: PlanFiguresOptions
  readonly #pending = new Map<string, Promise<void>>()
  #bytesLeft = bytesAtOnceMax
  #atMs: number
  #isClosed = false

  constructor(options: PlanFiguresOptions) {
    this.#options = options
    this.#atMs = options.clock.monotonicMs()
  }

  /** Counts the prompt later, unless too much has been counted lately. */
  count(answered: AnsweredPrompt): void {
    this.#refill()
    if (this.#isClosed || this.#bytesLeft <= 0) return
    const { figures, planCounting, logger } = this.#options
    const { plan, target } = answered.prompt
    const { id } = plan
    const texts = answered.prompt.texts()
    const unknown = figures.unknownBytes(target, texts)
    const length = texts.reduce((total, text) => total + text.length, 0)
    this.#bytesLeft -= unknown + length * lookupShare
    planCounting.countingPlan(id)
    const counted = this.#count(answered, texts)
      .catch((error: unknown) => logger.warn({ err: error, plan: id }, 'a plan was not counted'))
      .finally(() => {
        this.#pending.delete(id)
        planCounting.countedPlan(id)
      })
    this.#pending.set(id, counted)
  }

  /** Resolves when the plan is not about to get other figures; soon. */
  async settled(planId: string): Promise<void> {
    await this.#pending.get(planId)
  }

  close(): void {
    this.#isClosed = true
  }

  async #count(answered: AnsweredPrompt, texts: readonly string[]): Promise<void> {
    const { figures, store } = this.#options
    const { tenant, prompt, reportedTokens } = answered
    const { plan, target } = prompt
    const counts = await figures.counts(target, texts)
    if (this.#isClosed || counts.factor === undefined) return
    const counted = { ...prompt.recount(counts), id: plan.id, attempt: plan.attempt }
    if (reportedTokens !== undefined && !hasMedia(prompt)) {
      const tokens = sum(counted.segments.map((segment) => segment.tokens))
      await figures.learn(target, {
        counted: tokens / counts.factor,
        reported: reportedTokens,
      })
    }
    // What decided something was counted before.
    if (plan.counted_by.method === 'bytes/4') await store.replacePlan(tenant, counted)
  }

  #refill(): void {
    const nowMs = this.#options.clock.monotonicMs()
    const gained = ((nowMs - this.#atMs) / 1000) * bytesPerSecond
    this.#bytesLeft = Math.min(bytesAtOnceMax, this.#bytesLeft + gained)
    this.#atMs = nowMs
  }
}

/** The tokens of images, files and sounds follow rules of their own. */
function hasMedia({ items }: AttemptPrompt): boolean {
  return items.some((item) => mediaParts(item).length > 0)
}
