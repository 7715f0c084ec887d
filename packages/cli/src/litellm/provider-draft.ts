import type { LLMProvider } from '@fairlead/api'
import type { ApplyOf } from '@fairlead/controller-runtime'

/** `spec` of an LLMProvider as a manifest has it. */
export type ProviderSpec = NonNullable<ApplyOf<LLMProvider>['spec']>

/** One of `spec.models`. */
export type ModelEntry = NonNullable<ProviderSpec['models']>[number] & { readonly name: string }

/** A provider without its models, and what its model is called there. */
export interface ProviderDraft {
  readonly spec: ProviderSpec
  /** From what its name is made. */
  readonly hint: string
  /** As the provider is asked for it; may have a `*`. */
  readonly model: string
  /** With type AzureOpenAI: the deployment, where the model has another name. */
  readonly deployment?: string
}
