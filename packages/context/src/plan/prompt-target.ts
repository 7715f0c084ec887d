import type { RefuseItem } from './left-out-items.ts'

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
  /** The model's context window in tokens; undefined when unknown: then nothing is cut. */
  readonly window: number | undefined
  /**
   * Whatever else decides how the beginning of a prompt is written, such as the dialect. Prompts whose
   * renderings differ have no prefix in common.
   */
  readonly rendering: string
  /** What it cannot be sent of the history. Defaults to nothing. The same for the same rendering. */
  readonly refuse?: RefuseItem
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
