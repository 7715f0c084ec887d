import { createAnthropicMessagesDialect, createOpenAiChatDialect } from '@fairlead/llm'
import type { Clock } from '@fairlead/base'
import type { ProviderAdapter, ProviderAdapters } from './provider-adapter.ts'

const anthropicVersion = '2023-06-01'

/** One adapter per provider type. */
export function createProviderAdapters(clock: Clock): ProviderAdapters {
  const now = () => clock.now()
  const openAi = {
    passThrough: true,
    maxTokensField: 'max_tokens' as const,
    path: '/chat/completions',
    headers: (credential: string | undefined) =>
      credential === undefined ? [] : ['authorization', `Bearer ${credential}`],
  }
  const compatible = createOpenAiChatDialect({ now, maxTokensField: 'max_tokens' })
  const anthropic: ProviderAdapter = {
    dialect: createAnthropicMessagesDialect({ now }),
    passThrough: false,
    maxTokensField: 'max_tokens',
    path: '/messages',
    telemetryName: 'anthropic',
    needsCredential: true,
    headers: (credential) => [
      'anthropic-version',
      anthropicVersion,
      ...(credential === undefined ? [] : ['x-api-key', credential]),
    ],
  }
  return {
    OpenAI: {
      ...openAi,
      maxTokensField: 'max_completion_tokens',
      dialect: createOpenAiChatDialect({ now }),
      telemetryName: 'openai',
      needsCredential: true,
    },
    OpenAICompatible: {
      ...openAi,
      dialect: compatible,
      telemetryName: 'openai_compatible',
      needsCredential: false,
    },
    Ollama: { ...openAi, dialect: compatible, telemetryName: 'ollama', needsCredential: false },
    Simulator: {
      ...openAi,
      dialect: createOpenAiChatDialect({ now }),
      telemetryName: 'simulator',
      needsCredential: false,
    },
    Anthropic: anthropic,
  }
}
