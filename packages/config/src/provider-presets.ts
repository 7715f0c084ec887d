/**
 * Addresses of vendors and servers that speak the OpenAI dialect, by the name that
 * `LLMProvider.spec.preset` takes. Each includes its version segment, as the vendor documents it
 * for OpenAI's SDKs; the local ones are the servers' default ports.
 */
export const providerPresets: ReadonlyMap<string, string> = new Map([
  ['cerebras', 'https://api.cerebras.ai/v1'],
  ['deepinfra', 'https://api.deepinfra.com/v1/openai'],
  ['deepseek', 'https://api.deepseek.com/v1'],
  ['fireworks', 'https://api.fireworks.ai/inference/v1'],
  ['groq', 'https://api.groq.com/openai/v1'],
  ['lmstudio', 'http://127.0.0.1:1234/v1'],
  ['mistral', 'https://api.mistral.ai/v1'],
  ['nvidia', 'https://integrate.api.nvidia.com/v1'],
  ['openrouter', 'https://openrouter.ai/api/v1'],
  ['perplexity', 'https://api.perplexity.ai'],
  ['sambanova', 'https://api.sambanova.ai/v1'],
  ['together', 'https://api.together.xyz/v1'],
  ['vllm', 'http://127.0.0.1:8000/v1'],
  ['xai', 'https://api.x.ai/v1'],
])
