import type { LLMProviderType } from '@fairlead/api'

/** Whom LiteLLM calls under the first part of `model: vendor/model`. */
export interface Vendor {
  /** LiteLLM's name for it. */
  readonly name: string
  readonly type: LLMProviderType
  /** With type OpenAICompatible; undefined for a server of which nothing is known. */
  readonly preset?: string
  /** The variable in which LiteLLM looks for the key if the configuration has none. */
  readonly variable?: string
  /** Where it is, if neither the type nor the preset says so. */
  readonly baseURL?: string
}

const ownTypes: readonly Vendor[] = [
  { name: 'openai', type: 'OpenAI', variable: 'OPENAI_API_KEY' },
  { name: 'text-completion-openai', type: 'OpenAI', variable: 'OPENAI_API_KEY' },
  { name: 'custom_openai', type: 'OpenAI', variable: 'OPENAI_API_KEY' },
  { name: 'anthropic', type: 'Anthropic', variable: 'ANTHROPIC_API_KEY' },
  { name: 'anthropic_text', type: 'Anthropic', variable: 'ANTHROPIC_API_KEY' },
  { name: 'azure', type: 'AzureOpenAI', variable: 'AZURE_API_KEY' },
  { name: 'azure_text', type: 'AzureOpenAI', variable: 'AZURE_API_KEY' },
  { name: 'azure_ai', type: 'OpenAICompatible', variable: 'AZURE_AI_API_KEY' },
  { name: 'bedrock', type: 'Bedrock' },
  { name: 'bedrock_converse', type: 'Bedrock' },
  { name: 'vertex_ai', type: 'VertexAI' },
  { name: 'vertex_ai_beta', type: 'VertexAI' },
  { name: 'gemini', type: 'Gemini', variable: 'GEMINI_API_KEY' },
  { name: 'cohere', type: 'Cohere', variable: 'COHERE_API_KEY' },
  { name: 'cohere_chat', type: 'Cohere', variable: 'COHERE_API_KEY' },
  { name: 'mistral', type: 'Mistral', variable: 'MISTRAL_API_KEY' },
  { name: 'ollama', type: 'Ollama' },
  { name: 'ollama_chat', type: 'Ollama' },
]

/** LiteLLM's name, the preset, the variable of the key. */
const presetVendors: readonly (readonly [name: string, preset: string, variable?: string])[] = [
  ['ai21', 'ai21', 'AI21_API_KEY'],
  ['ai21_chat', 'ai21', 'AI21_API_KEY'],
  ['aiml', 'aimlapi', 'AIML_API_KEY'],
  ['amazon_nova', 'amazon-nova', 'AMAZON_NOVA_API_KEY'],
  ['baseten', 'baseten', 'BASETEN_API_KEY'],
  ['cerebras', 'cerebras', 'CEREBRAS_API_KEY'],
  ['chutes', 'chutes', 'CHUTES_API_KEY'],
  ['clarifai', 'clarifai', 'CLARIFAI_API_KEY'],
  ['cloudflare', 'cloudflare', 'CLOUDFLARE_API_KEY'],
  ['cometapi', 'cometapi', 'COMETAPI_KEY'],
  ['dashscope', 'alibaba', 'DASHSCOPE_API_KEY'],
  ['databricks', 'databricks', 'DATABRICKS_API_KEY'],
  ['deepinfra', 'deepinfra', 'DEEPINFRA_API_KEY'],
  ['deepseek', 'deepseek', 'DEEPSEEK_API_KEY'],
  ['docker_model_runner', 'docker-model-runner'],
  ['featherless_ai', 'featherless', 'FEATHERLESS_AI_API_KEY'],
  ['fireworks_ai', 'fireworks', 'FIREWORKS_AI_API_KEY'],
  ['friendliai', 'friendli', 'FRIENDLI_TOKEN'],
  ['github', 'github-models', 'GITHUB_API_KEY'],
  ['gmi', 'gmicloud', 'GMI_API_KEY'],
  ['gradient_ai', 'digitalocean', 'GRADIENT_AI_API_KEY'],
  ['groq', 'groq', 'GROQ_API_KEY'],
  ['helicone', 'helicone', 'HELICONE_API_KEY'],
  ['hosted_vllm', 'vllm'],
  ['huggingface', 'huggingface', 'HUGGINGFACE_API_KEY'],
  ['hyperbolic', 'hyperbolic', 'HYPERBOLIC_API_KEY'],
  ['inception', 'inception', 'INCEPTION_API_KEY'],
  ['lemonade', 'lemonade'],
  ['litellm_proxy', 'litellm', 'LITELLM_PROXY_API_KEY'],
  ['llamafile', 'llamafile'],
  ['lm_studio', 'lmstudio'],
  ['meta_llama', 'meta-llama', 'LLAMA_API_KEY'],
  ['minimax', 'minimax', 'MINIMAX_API_KEY'],
  ['moonshot', 'moonshot', 'MOONSHOT_API_KEY'],
  ['morph', 'morph', 'MORPH_API_KEY'],
  ['nano-gpt', 'nano-gpt', 'NANOGPT_API_KEY'],
  ['nebius', 'nebius', 'NEBIUS_API_KEY'],
  ['novita', 'novita', 'NOVITA_API_KEY'],
  ['nscale', 'nscale', 'NSCALE_API_KEY'],
  ['nvidia_nim', 'nvidia', 'NVIDIA_NIM_API_KEY'],
  ['openrouter', 'openrouter', 'OPENROUTER_API_KEY'],
  ['ovhcloud', 'ovhcloud', 'OVHCLOUD_API_KEY'],
  ['perplexity', 'perplexity', 'PERPLEXITYAI_API_KEY'],
  ['poe', 'poe', 'POE_API_KEY'],
  ['sambanova', 'sambanova', 'SAMBANOVA_API_KEY'],
  ['scaleway', 'scaleway', 'SCW_SECRET_KEY'],
  ['siliconflow', 'siliconflow', 'SILICONFLOW_API_KEY'],
  ['snowflake', 'snowflake', 'SNOWFLAKE_JWT'],
  ['synthetic', 'synthetic', 'SYNTHETIC_API_KEY'],
  ['together_ai', 'together', 'TOGETHERAI_API_KEY'],
  ['v0', 'v0', 'V0_API_KEY'],
  ['vercel_ai_gateway', 'vercel', 'VERCEL_AI_GATEWAY_API_KEY'],
  ['vllm', 'vllm'],
  ['volcengine', 'volcengine', 'VOLCENGINE_API_KEY'],
  ['wandb', 'wandb', 'WANDB_API_KEY'],
  ['xai', 'xai', 'XAI_API_KEY'],
  ['xiaomi_mimo', 'xiaomi', 'XIAOMI_MIMO_API_KEY'],
  ['xinference', 'xinference'],
  ['zai', 'zai', 'ZAI_API_KEY'],
]

/** Vendors without a preset, at their own addresses. */
const addressedVendors: readonly Vendor[] = [
  {
    name: 'lambda_ai',
    type: 'OpenAICompatible',
    variable: 'LAMBDA_API_KEY',
    baseURL: 'https://api.lambda.ai/v1',
  },
]

/** Everybody that can be called here too, by LiteLLM's names. */
export const vendors: ReadonlyMap<string, Vendor> = new Map(
  [
    ...ownTypes,
    ...presetVendors.map(([name, preset, variable]): Vendor => ({
      name,
      type: 'OpenAICompatible',
      preset,
      ...(variable === undefined ? {} : { variable }),
    })),
    ...addressedVendors,
  ].map((vendor) => [vendor.name, vendor]),
)
