import type { RefuseItem } from './left-out-items.ts'
import type { Turn } from '../turns/turn.ts'
import { isSealed } from './item-seal.ts'

/** Whom a prompt is made for: one account of one provider's model. */
export interface PromptTarget {
  /** Name of the route's target, as plans tell it. */
  readonly name: string
  /** `namespace/name` of the LLMProvider. */
  readonly provider: string
  /** Its type and address: the same model's seals do not travel between platforms. */
  readonly platform: string
  /** As it is sent to the provider. */
  readonly model: string
  /** A digest that tells accounts apart, never the key itself; empty for a provider without keys. */
  readonly account: string
  /** Accounts with which it may be asked as well. None when left out. */
  readonly otherAccounts?: readonly string[]
  /** The model's context window in tokens; undefined when unknown: then nothing is cut. */
  readonly window: number | undefined
  /** Whether it takes marks of what to cache. False when left out. The same for the same rendering. */
  readonly cacheMarks?: boolean
  /** Whether it takes a key by which prompts that begin alike are known. False when left out. */
  readonly takesCacheKey?: boolean
  /** Whether it compacts what it is sent where it is asked to. False when left out. */
  readonly compacts?: boolean
  /**
   * Whatever else decides how the beginning of a prompt is written, such as the dialect. Prompts whose
   * renderings differ have no prefix in common.
   */
  readonly rendering: string
  /** What it cannot be sent of the history. Defaults to nothing. The same for the same `refusal`. */
  readonly refuse?: RefuseItem
  /** All that `refuse` depends on beside the model and `rendering`. Nothing when left out. */
  readonly refusal?: string
}

/**
 * The target with the account that made the newest seals which it can read, where it may be asked with
 * that one. `history` is oldest first.
 */
export function atSealingAccount(target: PromptTarget, history: readonly Turn[]): PromptTarget {
  const { otherAccounts = [], provider } = target
  if (otherAccounts.length === 0) return target
  const account = sealingAccount(provider, history)
  const isOffered = account !== undefined && otherAccounts.includes(account)
  return isOffered ? { ...target, account } : target
}

/** The account of a provider that made the newest seals of it in a history; undefined if none did. */
export function sealingAccount(provider: string, history: readonly Turn[]): string | undefined {
  return history.findLast(
    ({ answered_by: maker, output }) => maker?.provider === provider && output.some(isSealed),
  )?.answered_by?.account
}

/** Whether a prompt for one target is, byte for byte, that for the other. */
export function isSameTarget(one: PromptTarget, other: PromptTarget): boolean {
  return (
    isSameReader(one, other) &&
    one.provider === other.provider &&
    one.platform === other.platform &&
    one.account === other.account
  )
}

/** Whether prompts for two targets differ in their seals at most. */
export function isSameReader(one: PromptTarget, other: PromptTarget): boolean {
  return (
    one.model === other.model && one.window === other.window && one.rendering === other.rendering
  )
}
