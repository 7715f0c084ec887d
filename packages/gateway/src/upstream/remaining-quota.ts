import type { RateLimit } from '@fairlead/llm'

/** A provider that does not say until when is believed for so long. */
const believedMs = 60_000
/** Nothing is believed for longer, so that a provider that is hardly asked is heard again. */
const believedMsMax = 300_000
/** Models of which it is remembered; the one that was told of first is forgotten. */
const modelsMax = 64

interface ToldShare {
  /** From 0 to 1. */
  readonly share: number
  /** Monotonic milliseconds. */
  readonly untilMs: number
}

/**
 * What a provider has said to be left of its own limits, for one key, or for itself where it is asked
 * without one. Each model has its own, as the large vendors count.
 */
export class RemainingQuota {
  readonly #byModel = new Map<string, readonly ToldShare[]>()

  /** An answer of the model came with these limits. `wallMs` and `nowMs` are the same instant. */
  told(
    model: string,
    limits: readonly RateLimit[],
    { nowMs, wallMs }: { readonly nowMs: number; readonly wallMs: number },
  ): void {
    const shares = limits.flatMap(({ limit, remaining, resetMs }): ToldShare[] => {
      const all = Number(limit)
      if (remaining === undefined || !(all > 0)) return []
      const forMs = Math.min(resetMs === undefined ? believedMs : resetMs - wallMs, believedMsMax)
      return [{ share: Math.min(1, Number(remaining) / all), untilMs: nowMs + forMs }]
    })
    if (shares.length === 0) return
    this.#byModel.delete(model)
    this.#byModel.set(model, shares)
    if (this.#byModel.size <= modelsMax) return
    const [oldest] = this.#byModel.keys()
    if (oldest !== undefined) this.#byModel.delete(oldest)
  }

  /** The smallest share, from 0 to 1, that is left of a limit; undefined where none is known. */
  share(model: string, nowMs: number): number | undefined {
    const told = this.#byModel.get(model)
    return told === undefined ? undefined : leastOf(told, nowMs)
  }

  /** The smallest of all models. */
  leastShare(nowMs: number): number | undefined {
    return leastOf([...this.#byModel.values()].flat(), nowMs)
  }
}

function leastOf(told: readonly ToldShare[], nowMs: number): number | undefined {
  let least: number | undefined
  for (const { share, untilMs } of told) {
    if (untilMs > nowMs && (least === undefined || share < least)) least = share
  }
  return least
}
