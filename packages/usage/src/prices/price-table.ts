import { findModel } from '@fairlead/llm'
import type { ModelPrice, PriceBookSettings } from '@fairlead/snapshot'
import { listedTerms } from './listed-terms.ts'
import { Price } from './price.ts'
import { PriceEntries } from './price-entries.ts'

/** A model at a provider, with what its provider's settings say of it. */
export interface ModelToPrice {
  /** `namespace/name` of the LLMProvider. */
  readonly provider: string
  /** The provider's own name of the model. */
  readonly model: string
  /** LLMProvider `spec.models[].price`. */
  readonly declared: ModelPrice | undefined
  /** Under which name the catalogue has the provider's prices; undefined if it has none. */
  readonly vendor: string | undefined
}

/** Where a price comes from. */
export type PriceSource = 'PriceBook' | 'LLMProvider' | 'Catalogue'

/** What a model costs now. */
export interface FoundPrice {
  /** Undefined where none is known. */
  readonly price: Price | undefined
  /** Undefined without a price. A resource that leaves a part to the catalogue is the source. */
  readonly source: PriceSource | undefined
  /** Unix milliseconds; it may be another from then on. */
  readonly untilMs: number
}

/** Models that are remembered at most, and the longest of their names: callers may name any. */
const rememberedMax = 1024
const rememberedNameMax = 256

/**
 * The prices of one gateway: those of its PriceBook, then those of its LLMProviders, then the
 * catalogue's, each with the book's markup. Without a book the last two hold.
 */
export class PriceTable {
  readonly #entries: PriceEntries
  readonly #markupPercent: string
  readonly #usesCatalogue: boolean
  readonly #remembered = new Map<string, Map<string, FoundPrice>>()
  #size = 0

  /** Throws RangeError for a price or a markup that is no decimal. */
  constructor(book: PriceBookSettings | undefined) {
    this.#markupPercent = book?.markupPercent ?? '0'
    this.#usesCatalogue = book?.catalogue !== 'None'
    this.#entries = new PriceEntries(book?.prices ?? [], this.#markupPercent)
  }

  /**
   * What a model costs at `nowMs`, in Unix milliseconds. The answer for a provider and a model is
   * remembered for as long as it holds, so the rest of what is asked must always be the same.
   */
  priceOf(asked: ModelToPrice, nowMs: number): FoundPrice {
    const { provider, model } = asked
    const known = this.#remembered.get(provider)?.get(model)
    if (known !== undefined && nowMs < known.untilMs) return known
    const found = this.#find(asked, nowMs)
    if (model.length <= rememberedNameMax) this.#remember(provider, model, found)
    return found
  }

  #find({ provider, model, declared, vendor }: ModelToPrice, nowMs: number): FoundPrice {
    const entry = this.#entries.find(provider, model, nowMs)
    if (entry.price !== undefined) return { ...entry, source: 'PriceBook' }
    const known =
      this.#usesCatalogue && vendor !== undefined ? findModel(vendor, model)?.price : undefined
    const listed = listedTerms(declared, known, nowMs)
    if (listed === undefined) return { ...entry, source: undefined }
    return {
      price: new Price(listed.terms, this.#markupPercent),
      source: declared === undefined ? 'Catalogue' : 'LLMProvider',
      untilMs: Math.min(entry.untilMs, listed.untilMs),
    }
  }

  #remember(provider: string, model: string, found: FoundPrice): void {
    if (this.#size >= rememberedMax) {
      this.#remembered.clear()
      this.#size = 0
    }
    let models = this.#remembered.get(provider)
    if (models === undefined)
      this.#remembered.set(provider, (models = new Map<string, FoundPrice>()))
    if (!models.has(model)) this.#size += 1
    models.set(model, found)
  }
}
