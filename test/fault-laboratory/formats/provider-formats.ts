import { anthropicMessages } from './anthropic-messages.ts'
import { openAiChat } from './openai-chat.ts'
import type { ProviderFormat } from './provider-format.ts'

/** The APIs that the laboratory's provider speaks: one for each dialect of the gateway. */
export const providerFormats: readonly ProviderFormat[] = [openAiChat, anthropicMessages]
