import { anthropic } from './anthropic.ts'
import { azureOpenAi } from './azure-open-ai.ts'
import { bedrock } from './bedrock.ts'
import { gemini } from './gemini.ts'
import { cohere } from './cohere.ts'
import { mistral } from './mistral.ts'
import { ollama } from './ollama.ts'
import { openAiCompatible } from './open-ai-compatible.ts'
import { openAi } from './open-ai.ts'
import type { ProviderType } from './provider-type.ts'
import { simulator } from './simulator/simulator.ts'
import { vertexAi } from './vertex-ai.ts'

/** The types of providers that are served. */
export const providerTypes: readonly ProviderType[] = [
  openAi,
  openAiCompatible,
  azureOpenAi,
  anthropic,
  gemini,
  vertexAi,
  bedrock,
  cohere,
  mistral,
  ollama,
  simulator,
]
