import type { Usage } from '@fairlead/llm'
import {
  dayAt,
  hourAt,
  joinedGroups,
  noUsage,
  type UsageDimensions,
  type UsageEntry,
  type UsageLedger,
} from '@fairlead/usage'
import type { CallRecord } from './call-record.ts'
import type { SpentUsage } from './spent-usage.ts'

const hourMs = 3_600_000

/** Notes in the ledger what calls have used, and in which hour keys were used. */
export class UsageNotes {
  readonly ledger: UsageLedger
  #hourMs = 0
  #day = ''
  /** Keys whose use in this hour is noted, by tenant. */
  readonly #usedKeys = new Map<string, Set<string>>()
  /** As the ledger has them; callers keep theirs from call to call. */
  readonly #joinedGroups = new WeakMap<ReadonlySet<string>, string>()

  constructor(ledger: UsageLedger) {
    this.ledger = ledger
  }

  /**
   * A request with an API key, whatever it asked for. `nowMs` is Unix milliseconds, as everywhere
   * here.
   */
  noteKey({ keyName: key, tenant }: CallRecord, nowMs: number): void {
    if (key === undefined) return
    this.#enter(nowMs)
    const used = this.#usedKeys.get(tenant)
    if (used?.has(key) === true) return
    if (used === undefined) this.#usedKeys.set(tenant, new Set([key]))
    else used.add(key)
    this.ledger.noteKeyUse({ tenant, key, hourMs: this.#hourMs })
  }

  /**
   * A model call that has ended after `durationMs`. `model` is the name under which it may be counted.
   * The caller may rate one that used a PromptTemplate.
   */
  noteCall(record: CallRecord, model: string, nowMs: number, durationMs: number): void {
    this.#enter(nowMs)
    const { errorCode, prompt, purpose, requestId, spent, target, tenant, usage } = record
    const isWhole = spent.length === 0
    const answeredMs = errorCode === undefined ? Math.round(durationMs) : 0
    const entry: UsageEntry = {
      day: this.#day,
      tenant: record.tenant,
      consumer: record.consumer,
      model,
      provider: target?.provider.key ?? '',
      prompt: prompt === undefined ? '' : `${prompt.namespace}/${prompt.name}@${prompt.version}`,
      groups: this.#groupsOf(record),
      calls: 1,
      failedCalls: errorCode === undefined ? 0 : 1,
      ...tokensOf(isWhole ? usage : undefined),
      nanodollars: (isWhole ? record.costNanodollars : undefined) ?? 0,
      unpricedCalls: record.priceState === 'Unpriced' ? 1 : 0,
      durationMs: answeredMs,
      durationSquares: answeredMs ** 2,
      ratings: 0,
      ratingThousandths: 0,
      ratingSquares: 0,
    }
    this.ledger.note(entry)
    if (prompt !== undefined && purpose === undefined && tenant !== '') {
      this.ledger.noteRateable({ ...dimensionsOf(entry), requestId, endedAtMs: nowMs })
    }
    if (!isWhole) this.#noteParts(entry, spent, record.costNanodollars ?? 0)
  }

  /** What several attempts have used, each at its provider; together they cost what the call does. */
  #noteParts(call: UsageEntry, parts: readonly SpentUsage[], nanodollars: number): void {
    let left = nanodollars
    for (const [index, { target, usage }] of parts.entries()) {
      // The whole was rounded once: the last part has what that has made of the rest.
      const isLast = index === parts.length - 1
      const own = isLast ? left : Math.min(left, target.price?.cost(usage).nanodollars ?? 0)
      left -= own
      const provider = target.provider.key
      this.ledger.note({ ...call, ...noUsage, ...tokensOf(usage), provider, nanodollars: own })
    }
  }

  #groupsOf({ groups }: CallRecord): string {
    if (groups.size === 0) return ''
    let joined = this.#joinedGroups.get(groups)
    if (joined === undefined) {
      joined = joinedGroups(groups)
      this.#joinedGroups.set(groups, joined)
    }
    return joined
  }

  #enter(nowMs: number): void {
    if (nowMs >= this.#hourMs && nowMs < this.#hourMs + hourMs) return
    this.#hourMs = hourAt(nowMs)
    this.#day = dayAt(nowMs)
    this.#usedKeys.clear()
  }
}

function tokensOf(usage: Usage | undefined) {
  return {
    inputTokens: usage?.inputTokens ?? 0,
    cachedInputTokens: usage?.cachedInputTokens ?? 0,
    outputTokens: usage?.outputTokens ?? 0,
    reasoningTokens: usage?.reasoningTokens ?? 0,
  }
}

function dimensionsOf(entry: UsageEntry): UsageDimensions {
  const { day, tenant, consumer, model, provider, prompt, groups } = entry
  return { day, tenant, consumer, model, provider, prompt, groups }
}
