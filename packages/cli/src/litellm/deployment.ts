import type { Budget } from './budget.ts'
import type { SettingPlace } from './conversion-notes.ts'
import type { ModelEntry, ProviderSpec } from './provider-draft.ts'

/** One entry of `model_list`: a model at a provider. */
export interface Deployment {
  readonly place: SettingPlace
  /** `model_name`: what callers ask for; may have a `*`. */
  readonly group: string
  /** `model_info.id`. */
  readonly id: string | undefined
  /** LiteLLM's name of the vendor. */
  readonly vendor: string
  /** As the provider is asked for it; may have a `*`. */
  readonly model: string
  /** The provider without its models. */
  readonly spec: ProviderSpec
  readonly hint: string
  /** What is known of the model; its name is `model`. */
  readonly entry: ModelEntry
  readonly weight: number | undefined
  readonly requestsPerMinute: number | undefined
  readonly tokensPerMinute: number | undefined
  /** The smallest comes first. */
  readonly order: number | undefined
  readonly tags: readonly string[]
  readonly retries: number | undefined
  readonly budget: Budget | undefined
}
