import { anthropicMessages } from './anthropic-messages.ts'
import { openAiChat } from './openai-chat.ts'
import { openAiResponses } from './openai-responses.ts'
import type { ProviderFormat } from './provider-format.ts'

/** The APIs that the laboratory's provider speaks: one for each type of provider. */
export const providerFormats: readonly ProviderFormat[] = [openAiChat, anthropicMessages]

/** The format of a request to a provider of a type, by its path: OpenAI's have two. */
export function formatAt(type: string | undefined, path: string): ProviderFormat | undefined {
  if (type === openAiResponses.type && path.endsWith('/responses')) return openAiResponses
  return providerFormats.find((one) => one.type === type)
}
