import type { HeaderFields } from '@fairlead/http1'

/**
 * The header in which SDKs count how often they have sent a call before. Those that Stainless
 * generates send it, OpenAI's and Anthropic's among them, in every language; LangChain, LlamaIndex
 * and LiteLLM where they use these. The SDKs of Google, Ollama, Cohere, Mistral and Vercel retry, if
 * they do, without a sign of it.
 */
const retryCount = 'x-stainless-retry-count'

/** Whether the SDK says that it has sent the same call before, without an answer. */
export function isSdkRetry(headers: HeaderFields): boolean {
  const count = headers.get(retryCount)
  return count !== undefined && /^[1-9]\d{0,3}$/.test(count)
}
