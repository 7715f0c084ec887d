import { hash } from 'node:crypto'
import type { Clock, Logger } from '@fairlead/base'
import { estimateOf, type CountedBy, type TokenCounts } from '../plan/count-tokens.ts'
import { countsOf } from '../plan/counted-texts.ts'
import type { TurnPromptSource } from '../plan/prompt-source.ts'
import type { PromptTargets, TurnPrompts } from '../plan/turn-prompts.ts'
import type { FactorStore } from '../stores/factor-store.ts'
import { appliedFactor, countMargin, errorP95, type LearntFactor } from '../tokens/learnt-factor.ts'
import type { TokenCounter } from '../tokens/token-counter.ts'
import { tokenizerOf, type Encoding } from '../tokens/tokenizer-of.ts'

/** How long a caller waits for a count: 16 MB take about 3 s. */
const countDeadlineMs = 5000
/** As many bytes of texts are counted for one prompt; more than any window takes. */
const countedBytesMax = 16 * 1024 * 1024
/** Counts that are remembered by their texts' hashes: some 3 MB. */
const rememberedMax = 20_000
/** How old the factors may be that other processes learn, too. */
const factorsAgeMaxMs = 30_000

/** A model as its provider has it. */
interface CountedModel {
  readonly model: string
  /** `namespace/name` of the LLMProvider; undefined where it is not known. */
  readonly provider?: string | undefined
}

interface TokenFiguresOptions {
  /** Undefined: everything is estimated. */
  readonly counter: TokenCounter | undefined
  readonly factors: FactorStore
  readonly clock: Pick<Clock, 'monotonicMs'>
  readonly logger: Logger
}

/**
 * The figures of prompts. The estimate costs nothing and is used wherever it decides nothing; where
 * it does, texts are counted as the model's tokenizer does, or as another's does and multiplied by
 * what was learnt. Where they cannot be counted in time, the estimate is the best that there is, and
 * says so.
 */
export class TokenFigures {
  readonly #options: TokenFiguresOptions
  readonly #remembered = new Map<string, number>()
  readonly #factors = new Map<string, LearntFactor>()
  #reading: Promise<void> = Promise.resolve()
  #factorsReadMs = Number.NEGATIVE_INFINITY

  constructor(options: TokenFiguresOptions) {
    this.#options = options
  }

  /**
   * Prompts that fit, or are as long as the windows of their targets allow. `make` may be called
   * twice, the second time with better figures. `exact` counts also what need not be.
   */
  async fit<T extends { readonly prompts: TurnPrompts }>(
    targets: PromptTargets,
    make: (countsFor: TurnPromptSource['countsFor']) => T,
    { exact = false } = {},
  ): Promise<T> {
    const made = make((target) => estimateOf(this.#factorOf(target)))
    const { first } = made.prompts
    if (!exact && !targets.some((target) => first.mayNotFit(target))) return made
    const texts = firstBytes(first.texts(), countedBytesMax)
    const counted = new Map<Encoding, readonly number[] | undefined>()
    await this.#reading
    for (const encoding of new Set(targets.map(({ model }) => tokenizerOf(model).encoding))) {
      counted.set(encoding, await this.#count(encoding, texts))
    }
    return make((target) =>
      this.#countsOf(target, texts, counted.get(tokenizerOf(target.model).encoding)),
    )
  }

  /** Figures for texts. Never rejects. */
  async counts(model: CountedModel, texts: readonly string[]): Promise<TokenCounts> {
    this.#known(model)
    await this.#reading
    const taken = firstBytes(texts, countedBytesMax)
    return this.#countsOf(model, taken, await this.#count(tokenizerOf(model.model).encoding, taken))
  }

  /** Learns from a prompt that a provider has answered. Never rejects. */
  async learn(
    model: CountedModel,
    { counted, reported }: { readonly counted: number; readonly reported: number },
  ): Promise<void> {
    const { isOwn } = tokenizerOf(model.model)
    const key = keyOf(model)
    try {
      const learnt = await this.#options.factors.observe({ model: key, isOwn, counted, reported })
      if (learnt !== undefined) this.#factors.set(key, learnt)
    } catch (error) {
      this.#options.logger.warn({ err: error, model: key }, 'how a model counts was not learnt')
    }
  }

  /** How many bytes of texts would have to be counted. */
  unknownBytes(model: CountedModel, texts: readonly string[]): number {
    const { encoding } = tokenizerOf(model.model)
    return texts
      .filter((text) => !this.#remembered.has(hashOf(encoding, text)))
      .reduce((total, text) => total + Buffer.byteLength(text), 0)
  }

  #countsOf(
    model: CountedModel,
    texts: readonly string[],
    counted: readonly number[] | undefined,
  ): TokenCounts {
    // The best that there is.
    if (counted === undefined) return { ...estimateOf(1), atMost: 1 }
    const { encoding, isOwn } = tokenizerOf(model.model)
    const known = this.#known(model)
    const factor = appliedFactor(known, isOwn)
    const margin = countMargin(known, isOwn)
    return countsOf(texts, counted, {
      factor,
      margin,
      countedBy: countedBy(encoding, factor, known),
    })
  }

  /** Known counts are not asked for again. */
  async #count(
    encoding: Encoding,
    texts: readonly string[],
  ): Promise<readonly number[] | undefined> {
    const { counter } = this.#options
    if (counter === undefined) return undefined
    const hashes = texts.map((text) => hashOf(encoding, text))
    const counts = hashes.map((one) => this.#remembered.get(one))
    const unknown = texts.filter((_, index) => counts[index] === undefined)
    if (unknown.length === 0) return counts.map((count) => count ?? 0)
    const fresh = await counter.count({ encoding, texts: unknown, deadlineMs: countDeadlineMs })
    if (fresh === undefined) return undefined
    let next = 0
    return counts.map((count, index) => {
      const found = count ?? fresh[next++] ?? 0
      this.#remember(hashes[index] ?? '', found)
      return found
    })
  }

  #remember(key: string, count: number): void {
    this.#remembered.delete(key)
    this.#remembered.set(key, count)
    if (this.#remembered.size <= rememberedMax) return
    const [oldest = ''] = this.#remembered.keys()
    this.#remembered.delete(oldest)
  }

  #factorOf(model: CountedModel): number {
    return appliedFactor(this.#known(model), tokenizerOf(model.model).isOwn)
  }

  /** What was known when the factors were last read; has them read again when that is long ago. */
  #known(model: CountedModel): LearntFactor | undefined {
    const { clock, factors, logger } = this.#options
    const nowMs = clock.monotonicMs()
    if (nowMs - this.#factorsReadMs >= factorsAgeMaxMs) {
      this.#factorsReadMs = nowMs
      this.#reading = factors.list().then(
        (list) => {
          this.#factors.clear()
          for (const one of list) this.#factors.set(one.model, one)
        },
        (error: unknown) => logger.warn({ err: error }, 'how models count was not read'),
      )
    }
    return this.#factors.get(keyOf(model))
  }
}

function countedBy(encoding: Encoding, factor: number, known: LearntFactor | undefined): CountedBy {
  const method = factor === 1 ? encoding : `${encoding}×${factor.toFixed(2)}`
  return { method, error_p95: errorP95(known) }
}

function keyOf({ provider, model }: CountedModel): string {
  return provider === undefined ? model : `${provider}/${model}`
}

function hashOf(encoding: Encoding, text: string): string {
  return `${encoding}:${hash('sha1', text, 'base64')}`
}

/** The first texts that together have at most so many bytes; a long one is left out. */
function firstBytes(texts: readonly string[], bytesMax: number): readonly string[] {
  let bytes = 0
  return texts.filter((text) => {
    const length = Buffer.byteLength(text)
    if (bytes + length > bytesMax) return false
    bytes += length
    return true
  })
}
