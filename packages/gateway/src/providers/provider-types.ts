import { anthropic } from './anthropic.ts'
import { ollama } from './ollama.ts'
import { openAiCompatible } from './open-ai-compatible.ts'
import { openAi } from './open-ai.ts'
import type { ProviderType } from './provider-type.ts'
import { simulator } from './simulator/simulator.ts'

/** The types of providers that are served. */
export const providerTypes: readonly ProviderType[] = [
  openAi,
  openAiCompatible,
  anthropic,
  ollama,
  simulator,
]
