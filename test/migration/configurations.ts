/** A configuration of a LiteLLM proxy, and what becomes of calls and settings. */
export interface Configuration {
  /** The page or file of LiteLLM whose structure it has. */
  readonly like: string
  readonly yaml: string
  /** What callers ask for, and whom a call reaches: `provider model`. */
  readonly calls?: Readonly<Record<string, string>>
  /**
   * What callers ask for, and the targets of its rule: those that are drawn in alphabetical order, then
   * the fallbacks in theirs.
   */
  readonly routes?: Readonly<Record<string, readonly string[]>>
  /** Headers of all calls. */
  readonly headers?: Readonly<Record<string, string>>
  /** Every note, without its text: `line severity setting`. */
  readonly notes: readonly string[]
}

export const configurations: readonly Configuration[] = [
  {
    like: 'docs/proxy/configs.md, Quick Start',
    yaml: `
model_list:
  - model_name: chat
    litellm_params:
      model: azure/chat-eu
      api_base: https://acme-eu.openai.azure.com/
      api_key: "os.environ/AZURE_KEY_EU"
      rpm: 6
  - model_name: claude-at-aws
    litellm_params:
      model: bedrock/anthropic.claude-3-haiku-20240307-v1:0
  - model_name: chat
    litellm_params:
      model: azure/chat-eu-2
      api_base: https://acme-eu.openai.azure.com/
      api_key: "os.environ/AZURE_KEY_EU"
      rpm: 0
  - model_name: own
    litellm_params:
      model: openai/acme/own-7b
      api_base: http://0.0.0.0:4000/v1
      api_key: none
      rpm: 1440
    model_info:
      version: 2
  - model_name: "*"
    litellm_params:
      model: "*"
litellm_settings:
  drop_params: True
  success_callback: ["langfuse"]
general_settings:
  master_key: sk-1234
  alerting: ["slack"]
`,
    calls: {
      chat: 'azure-acme-eu chat-eu',
      own: '127-0-0-1-4000 acme/own-7b',
      'gpt-4o': 'openai gpt-4o',
      'claude-sonnet-4-5': 'anthropic claude-sonnet-4-5',
      'gemini-2.5-flash': 'gemini gemini-2.5-flash',
    },
    routes: { 'claude-at-aws': ['bedrock-us-west-2 anthropic.claude-3-haiku-20240307-v1:0'] },
    notes: [
      '6 todo model_list[0].litellm_params.api_key',
      '15 todo model_list[2].litellm_params.api_key',
      '16 lost model_list[2].litellm_params.rpm',
      '20 note model_list[3].litellm_params.api_base',
      '24 note model_list[3].model_info.version',
      '27 changed model_list[4].litellm_params.model',
      '27 todo model_list[4].litellm_params.model',
      '27 todo model_list[4].litellm_params.model',
      '27 todo model_list[4].litellm_params.model',
      '30 lost litellm_settings.success_callback',
      '32 todo general_settings.master_key',
      '33 lost general_settings.alerting',
    ],
  },
  {
    like: 'docs/proxy/configs.md, Model-specific params',
    yaml: `
model_list:
  - model_name: team-1
    litellm_params:
      model: azure/gpt-team-1
      api_base: https://acme-1.openai.azure.com/
      api_version: "2024-06-01"
      azure_ad_token: eyJ0eXAi
      seed: 12
      max_tokens: 20
  - model_name: team-2
    litellm_params:
      model: azure/gpt-team-2
      api_key: sk-plain
      api_base: https://acme-2.openai.azure.com/
      temperature: 0.2
  - model_name: direct
    litellm_params:
      model: openai/gpt-4o
      extra_headers: {"x-resource-group": "blue", "Authorization": "Bearer hidden"}
      api_key: sk-plain
      organization: org-1
  - model_name: at-home
    litellm_params:
      model: ollama/mistral
      api_base: http://ollama.home:11434
`,
    calls: {
      'team-1': 'azure-acme-1 gpt-team-1',
      'team-2': 'azure-acme-2 gpt-team-2',
      direct: 'openai gpt-4o',
      'at-home': 'ollama mistral',
    },
    notes: [
      '1 changed general_settings.master_key',
      '4 todo model_list[0].litellm_params.model',
      '7 lost model_list[0].litellm_params.azure_ad_token',
      '8 lost model_list[0].litellm_params.seed',
      '9 lost model_list[0].litellm_params.max_tokens',
      '13 todo model_list[1].litellm_params.api_key',
      '15 lost model_list[1].litellm_params.temperature',
      '19 lost model_list[2].litellm_params.extra_headers.Authorization',
      '20 todo model_list[2].litellm_params.api_key',
    ],
  },
  {
    like: 'docs/proxy/configs.md, Bedrock in several regions',
    yaml: `
model_list:
  - model_name: command
    litellm_params:
      model: "bedrock/cohere.command-text-v14"
      aws_region_name: "us-west-2"
  - model_name: command
    litellm_params:
      model: "bedrock/cohere.command-text-v14"
      aws_region_name: "us-east-2"
  - model_name: command
    litellm_params:
      model: "bedrock/us-east-1/cohere.command-text-v14"
router_settings:
  routing_strategy: least-busy
`,
    routes: {
      command: [
        'bedrock-us-east-1 cohere.command-text-v14',
        'bedrock-us-east-2 cohere.command-text-v14',
        'bedrock-us-west-2 cohere.command-text-v14',
      ],
    },
    notes: ['1 changed general_settings.master_key'],
  },
  {
    like: 'docs/proxy/configs.md, Embedding models',
    yaml: `
model_list:
  - model_name: sagemaker-embeddings
    litellm_params:
      model: "sagemaker/gpt-j-6b"
  - model_name: amazon-embeddings
    litellm_params:
      model: "bedrock/amazon.titan-embed-text-v1"
  - model_name: azure-embeddings
    litellm_params:
      model: "azure/vectors"
      api_base: "os.environ/AZURE_BASE"
      api_key: "os.environ/AZURE_KEY"
    model_info:
      mode: embedding
  - model_name: chat
    litellm_params: { model: gpt-4o }
`,
    calls: { chat: 'openai gpt-4o' },
    notes: [
      '1 changed general_settings.master_key',
      '4 lost model_list[0].litellm_params.model',
      '7 lost model_list[1].litellm_params.model',
      '10 lost model_list[2].litellm_params.model',
      '16 todo model_list[3].litellm_params.model',
    ],
  },
  {
    like: 'docs/proxy/configs.md, Multiple OpenAI organizations',
    yaml: `
model_list:
  - model_name: "*"
    litellm_params:
      model: openai/*
      api_key: os.environ/OPENAI_API_KEY
      organization:
        - org-1
        - org-2
`,
    routes: { 'gpt-4o': ['openai gpt-4o', 'openai-2 gpt-4o'] },
    notes: ['1 changed general_settings.master_key', '5 todo model_list[0].litellm_params.api_key'],
  },
  {
    like: 'docs/proxy/configs.md, Load balancing',
    yaml: `
model_list:
  - model_name: zephyr
    litellm_params:
      model: huggingface/acme/zephyr-7b
      api_base: http://tgi-1:8001
      rpm: 60
      tpm: 1000
  - model_name: zephyr
    litellm_params:
      model: huggingface/acme/zephyr-7b
      api_base: http://tgi-2:8002
      rpm: 600
  - model_name: direct
    litellm_params:
      model: gpt-4o
      api_key: sk-direct
      rpm: 200
  - model_name: long
    litellm_params:
      model: gpt-4.1
      api_key: sk-direct
litellm_settings:
  num_retries: 3
  request_timeout: 10
  fallbacks: [{"zephyr": ["direct"]}]
  context_window_fallbacks: [{"zephyr": ["long"]}, {"direct": ["long"]}]
  allowed_fails: 3
router_settings:
  routing_strategy: simple-shuffle
  model_group_alias: {"zephyr-beta": "zephyr"}
  num_retries: 2
  timeout: 30
  redis_host: redis.acme.test
  redis_password: secret-of-redis
  redis_port: 1992
`,
    calls: { direct: 'openai gpt-4o', long: 'openai-gpt-4-1 gpt-4.1' },
    routes: {
      'zephyr-beta': [
        'tgi acme/zephyr-7b',
        'tgi-acme-zephyr-7b acme/zephyr-7b',
        'openai gpt-4o',
        'openai-gpt-4-1 gpt-4.1',
      ],
    },
    notes: [
      '1 changed general_settings.master_key',
      '4 todo model_list[0].litellm_params.model',
      '10 todo model_list[1].litellm_params.model',
      '16 todo model_list[2].litellm_params.api_key',
      '21 todo model_list[3].litellm_params.api_key',
      '23 note litellm_settings.num_retries',
      '24 note litellm_settings.request_timeout',
      '26 changed litellm_settings.context_window_fallbacks[0].zephyr[0]',
      '26 changed litellm_settings.context_window_fallbacks[1].direct[0]',
      '27 changed litellm_settings.allowed_fails',
      '34 todo router_settings.redis_password',
    ],
  },
  {
    like: 'docs/proxy/configs.md, Centralized credentials',
    yaml: `
model_list:
  - model_name: chat
    litellm_params:
      model: azure/chat
      litellm_credential_name: europe
  - model_name: lost
    litellm_params:
      model: openai/gpt-4o
      litellm_credential_name: nobody
credential_list:
  - credential_name: europe
    credential_values:
      api_key: os.environ/AZURE_KEY
      api_base: https://acme.openai.azure.com
      api_version: "2024-10-21"
    credential_info:
      description: "For Europe"
`,
    calls: { chat: 'azure-acme chat', lost: 'openai gpt-4o' },
    notes: [
      '1 changed general_settings.master_key',
      '8 todo model_list[1].litellm_params.model',
      '9 lost model_list[1].litellm_params.litellm_credential_name',
      '13 todo credential_list[0].credential_values.api_key',
      '16 note credential_list[0].credential_info',
    ],
  },
  {
    like: 'docs/proxy/configs.md, Supported environments',
    yaml: `
model_list:
 - model_name: small
   litellm_params:
     model: openai/gpt-4o-mini
     api_key: os.environ/OPENAI_API_KEY
   model_info:
     supported_environments: ["development", "production"]
 - model_name: large
   litellm_params:
     model: openai/gpt-4o
     api_key: os.environ/OPENAI_API_KEY
   model_info:
     supported_environments: ["production"]
`,
    calls: { small: 'openai gpt-4o-mini', large: 'openai gpt-4o' },
    notes: [
      '1 changed general_settings.master_key',
      '5 todo model_list[0].litellm_params.api_key',
      '7 lost model_list[0].model_info.supported_environments',
      '11 todo model_list[1].litellm_params.api_key',
      '13 lost model_list[1].model_info.supported_environments',
    ],
  },
  {
    like: 'docs/proxy/reliability.md, Fallback to a model ID',
    yaml: `
model_list:
  - model_name: chat
    litellm_params:
      model: openai/gpt-4o
    model_info:
      id: the-one
  - model_name: chat
    litellm_params:
      model: azure/chat
      api_base: os.environ/AZURE_BASE
      api_key: os.environ/AZURE_KEY
  - model_name: claude
    litellm_params:
      model: anthropic/claude-3-opus-20240229
      api_key: os.environ/ANTHROPIC_KEY
litellm_settings:
  fallbacks: [{"claude": ["the-one", "nobody"]}]
`,
    calls: { claude: 'anthropic claude-3-opus-20240229' },
    routes: { claude: ['anthropic claude-3-opus-20240229', 'openai gpt-4o'] },
    notes: [
      '1 changed general_settings.master_key',
      '4 todo model_list[0].litellm_params.model',
      '10 lost model_list[1].litellm_params.api_base',
      '11 todo model_list[1].litellm_params.api_key',
      '15 todo model_list[2].litellm_params.api_key',
      '17 lost litellm_settings.fallbacks[0].claude[1]',
    ],
  },
  {
    like: 'docs/proxy/reliability.md, Context window fallbacks',
    yaml: `
router_settings:
  enable_pre_call_checks: true
model_list:
  - model_name: small
    litellm_params:
      model: azure/chat-small
      api_base: https://acme.openai.azure.com
      api_key: os.environ/AZURE_KEY
      api_version: "2023-07-01-preview"
    model_info:
      base_model: azure/gpt-4-1106-preview
  - model_name: large
    litellm_params:
      model: gpt-4.1
      api_key: os.environ/OPENAI_API_KEY
  - model_name: claude
    litellm_params:
      model: claude-3-opus-20240229
      api_key: os.environ/ANTHROPIC_API_KEY
litellm_settings:
  context_window_fallbacks: [{"small": ["large", "claude"]}]
`,
    calls: { small: 'azure-acme chat-small', claude: 'anthropic claude-3-opus-20240229' },
    routes: {
      small: [
        'azure-acme gpt-4-1106-preview',
        'openai gpt-4.1',
        'anthropic claude-3-opus-20240229',
      ],
    },
    notes: [
      '1 changed general_settings.master_key',
      '2 note router_settings.enable_pre_call_checks',
      '8 todo model_list[0].litellm_params.api_key',
      '15 todo model_list[1].litellm_params.api_key',
      '19 todo model_list[2].litellm_params.api_key',
      '21 changed litellm_settings.context_window_fallbacks[0].small[0]',
      '21 changed litellm_settings.context_window_fallbacks[0].small[1]',
    ],
  },
  {
    like: 'docs/proxy/reliability.md, Default and content policy fallbacks',
    yaml: `
model_list:
  - model_name: small
    litellm_params:
      model: openai/gpt-4o-mini
      api_key: os.environ/OPENAI_API_KEY
  - model_name: claude
    litellm_params:
      model: claude-3-opus-20240229
      api_key: os.environ/ANTHROPIC_API_KEY
litellm_settings:
  default_fallbacks: ["claude"]
  content_policy_fallbacks: [{"small": ["claude"]}]
`,
    routes: {
      small: ['openai gpt-4o-mini', 'anthropic claude-3-opus-20240229'],
      claude: ['anthropic claude-3-opus-20240229'],
    },
    notes: [
      '1 changed general_settings.master_key',
      '5 todo model_list[0].litellm_params.api_key',
      '9 todo model_list[1].litellm_params.api_key',
      '12 lost litellm_settings.content_policy_fallbacks',
    ],
  },
  {
    like: 'docs/proxy/reliability.md, Fallbacks for wildcard models',
    yaml: `
model_list:
  - model_name: "gpt-4o"
    litellm_params:
      model: "openai/gpt-4o"
      api_key: os.environ/OPENAI_API_KEY
  - model_name: "azure/*"
    litellm_params:
      model: "azure/*"
      api_key: os.environ/AZURE_KEY
      api_base: https://acme.openai.azure.com
litellm_settings:
  fallbacks: [{"gpt-4o": ["azure/gpt-4o"]}]
`,
    calls: { 'azure/gpt-4o': 'azure-acme gpt-4o' },
    routes: { 'gpt-4o': ['openai gpt-4o', 'azure-acme gpt-4o'] },
    notes: [
      '1 changed general_settings.master_key',
      '5 todo model_list[0].litellm_params.api_key',
      '6 changed model_list[1]',
      '9 todo model_list[1].litellm_params.api_key',
    ],
  },
  {
    like: 'docs/proxy/load_balancing.md, Hidden aliases',
    yaml: `
model_list:
  - model_name: chat
    litellm_params: { model: openai/gpt-4o, api_key: os.environ/KEY_1, weight: 9 }
  - model_name: chat
    litellm_params: { model: openai/gpt-4o, api_key: os.environ/KEY_2, weight: 0 }
router_settings:
  model_group_alias:
    "Chat":
      model: "chat"
      hidden: true
    typo: chta
`,
    calls: { Chat: 'openai gpt-4o' },
    routes: { chat: ['openai gpt-4o', 'openai-gpt-4o gpt-4o'] },
    notes: [
      '1 changed general_settings.master_key',
      '3 todo model_list[0].litellm_params.api_key',
      '5 todo model_list[1].litellm_params.api_key',
      '10 changed router_settings.model_group_alias.Chat.hidden',
      '11 lost router_settings.model_group_alias.typo',
    ],
  },
  {
    like: 'docs/wildcard_routing.md',
    yaml: `
model_list:
  - model_name: "anthropic/*"
    litellm_params:
      model: "anthropic/*"
      api_key: os.environ/ANTHROPIC_API_KEY
  - model_name: "groq/*"
    litellm_params:
      model: "groq/*"
      api_key: os.environ/GROQ_API_KEY
  - model_name: "fo::*:static::*"
    litellm_params:
      model: "openai/fo::*:static::*"
      api_key: os.environ/OPENAI_API_KEY
  - model_name: "mine/*"
    litellm_params:
      model: "hosted_vllm/*"
      api_base: http://vllm:8000/v1
`,
    calls: {
      'anthropic/claude-sonnet-4-5': 'anthropic claude-sonnet-4-5',
      'groq/llama-3.3-70b-versatile': 'groq llama-3.3-70b-versatile',
      'fo::hi:static::there': 'openai fo::hi:static::there',
    },
    notes: [
      '1 changed general_settings.master_key',
      '2 changed model_list[0]',
      '5 todo model_list[0].litellm_params.api_key',
      '6 changed model_list[1]',
      '9 todo model_list[1].litellm_params.api_key',
      '13 todo model_list[2].litellm_params.api_key',
      '14 lost model_list[3]',
    ],
  },
  {
    like: 'docs/proxy/provider_budget_routing.md',
    yaml: `
model_list:
  - model_name: chat
    litellm_params:
      model: openai/gpt-4o
      api_key: os.environ/OPENAI_API_KEY
      max_budget: 0.000000000001
      budget_duration: 1d
  - model_name: mini
    litellm_params:
      model: openai/gpt-4o-mini
      api_key: os.environ/OPENAI_API_KEY
router_settings:
  provider_budget_config:
    openai:
      budget_limit: 100
      time_period: 10d
    anthropic:
      budget_limit: 100
      time_period: 1mo
  redis_host: os.environ/REDIS_HOST
  redis_port: os.environ/REDIS_PORT
  redis_password: os.environ/REDIS_PASSWORD
general_settings:
  master_key: os.environ/MASTER_KEY
`,
    routes: { chat: ['openai gpt-4o'], mini: ['openai-gpt-4o-mini gpt-4o-mini'] },
    notes: [
      '5 todo model_list[0].litellm_params.api_key',
      '11 todo model_list[1].litellm_params.api_key',
      '17 note router_settings.provider_budget_config.anthropic',
      '20 todo router_settings.redis_host',
      '24 todo general_settings.master_key',
    ],
  },
  {
    like: 'docs/proxy/tag_routing.md',
    yaml: `
model_list:
  - model_name: chat
    litellm_params:
      model: openai/free-model
      api_key: fake
      api_base: https://free.acme.test/
      tags: ["free"]
  - model_name: chat
    litellm_params:
      model: openai/gpt-4o
      api_key: os.environ/OPENAI_API_KEY
      tags: ["paid"]
  - model_name: chat
    litellm_params:
      model: openai/other-model
      api_base: https://other.acme.test/v1
      tags: ["default"]
router_settings:
  enable_tag_filtering: True
`,
    headers: { 'x-litellm-tags': 'other, free' },
    calls: { chat: 'free free-model' },
    notes: [
      '1 changed general_settings.master_key',
      '5 todo model_list[0].litellm_params.api_key',
      '11 todo model_list[1].litellm_params.api_key',
      '19 changed router_settings.enable_tag_filtering',
    ],
  },
  {
    like: 'docs/proxy/tag_routing.md, without a tag',
    yaml: `
model_list:
  - model_name: chat
    litellm_params: { model: openai/paid-model, api_key: k1, tags: [paid] }
  - model_name: chat
    litellm_params: { model: openai/plain-model, api_key: k2, tags: [default] }
router_settings: { enable_tag_filtering: True, tag_filtering_match_any: True }
`,
    calls: { chat: 'openai-plain-model plain-model' },
    notes: [
      '1 changed general_settings.master_key',
      '3 todo model_list[0].litellm_params.api_key',
      '5 todo model_list[1].litellm_params.api_key',
      '6 changed router_settings.enable_tag_filtering',
      '6 note router_settings.tag_filtering_match_any',
    ],
  },
  {
    like: 'proxy_server_config.yaml',
    yaml: `
model_list:
  - model_name: chat
    litellm_params:
      model: gpt-4o
      region_name: "eu"
    model_info:
      id: "1"
  - model_name: chat-large
    litellm_params:
      model: "gpt-4o-2024-08-06"
      api_key: os.environ/OPENAI_API_KEY
      rpm: 480
      timeout: 300
      stream_timeout: 60
  - model_name: pictures
    litellm_params:
      model: dall-e-3
  - model_name: fake
    litellm_params:
      model: openai/fake
      api_key: fake-key
      api_base: https://fake.acme.test/
      stream_timeout: 0.001
      rpm: 1
  - model_name: fake
    litellm_params:
      model: openai/fake-2
      api_key: fake-key
      api_base: https://fake.acme.test/
      mock_timeout: True
  - model_name: "*"
    litellm_params:
      model: openai/*
      api_key: os.environ/OPENAI_API_KEY
  - model_name: mistral-embed
    litellm_params:
      model: mistral/mistral-embed
  - model_name: instruct
    litellm_params:
      model: text-completion-openai/gpt-3.5-turbo-instruct
litellm_settings:
  drop_params: True
  num_retries: 5
  request_timeout: 600
  telemetry: False
  context_window_fallbacks: [{"chat": ["chat-large"]}]
  default_team_settings:
    - team_id: team-1
      success_callback: ["langfuse"]
finetune_settings:
  - custom_llm_provider: azure
    api_key: os.environ/AZURE_API_KEY
files_settings:
  - custom_llm_provider: openai
router_settings:
  routing_strategy: usage-based-routing-v2
  redis_host: os.environ/REDIS_HOST
  redis_password: os.environ/REDIS_PASSWORD
  redis_port: os.environ/REDIS_PORT
  enable_pre_call_checks: true
  model_group_alias: {"alias-of-fake": "fake"}
general_settings:
  master_key: sk-1234
  store_model_in_db: True
  proxy_budget_rescheduler_min_time: 60
  proxy_batch_write_at: 1
  database_connection_pool_limit: 10
  pass_through_endpoints:
    - path: "/v1/rerank"
      target: "https://api.cohere.com/v1/rerank"
`,
    calls: {
      chat: 'openai gpt-4o',
      'alias-of-fake': 'fake fake',
      'gpt-5-of-tomorrow': 'openai gpt-5-of-tomorrow',
      instruct: 'openai gpt-3.5-turbo-instruct',
    },
    notes: [
      '4 todo model_list[0].litellm_params.model',
      '5 note model_list[0].litellm_params.region_name',
      '11 todo model_list[1].litellm_params.api_key',
      '14 changed model_list[1].litellm_params.stream_timeout',
      '17 lost model_list[2].litellm_params.model',
      '21 todo model_list[3].litellm_params.api_key',
      '23 changed model_list[3].litellm_params.stream_timeout',
      '28 todo model_list[4].litellm_params.api_key',
      '30 lost model_list[4].litellm_params.mock_timeout',
      '34 todo model_list[5].litellm_params.api_key',
      '37 lost model_list[6].litellm_params.model',
      '40 todo model_list[7].litellm_params.model',
      '45 note litellm_settings.telemetry',
      '46 changed litellm_settings.context_window_fallbacks[0].chat[0]',
      '47 lost litellm_settings.default_team_settings',
      '50 lost finetune_settings',
      '53 lost files_settings',
      '56 changed router_settings.routing_strategy',
      '57 todo router_settings.redis_host',
      '60 note router_settings.enable_pre_call_checks',
      '63 todo general_settings.master_key',
      '64 todo general_settings.store_model_in_db',
      '65 note general_settings.proxy_budget_rescheduler_min_time',
      '66 note general_settings.proxy_batch_write_at',
      '67 note general_settings.database_connection_pool_limit',
      '68 lost general_settings.pass_through_endpoints',
    ],
  },
  {
    like: 'docs/proxy/custom_pricing.md',
    yaml: `
model_list:
  - model_name: priced
    litellm_params:
      model: azure/priced
      api_key: os.environ/AZURE_KEY
      api_base: https://acme.openai.azure.com
      api_version: 2024-10-21
      input_cost_per_token: 0.000421
      output_cost_per_token: 5.2e-07
    model_info:
      max_input_tokens: 128000
      max_output_tokens: 4096
      supports_vision: true
  - model_name: by-the-second
    litellm_params:
      model: openai/gpt-4o
      input_cost_per_second: 0.000420
`,
    calls: { priced: 'azure-acme priced', 'by-the-second': 'openai gpt-4o' },
    notes: [
      '1 changed general_settings.master_key',
      '5 todo model_list[0].litellm_params.api_key',
      '13 note model_list[0].model_info.supports_vision',
      '16 todo model_list[1].litellm_params.model',
      '17 lost model_list[1].litellm_params.input_cost_per_second',
    ],
  },
  {
    like: 'docs/routing.md, Order, retries, cooldowns',
    yaml: `
model_list:
  - model_name: chat
    litellm_params: { model: openai/gpt-4o, api_key: os.environ/KEY, order: 2 }
  - model_name: chat
    litellm_params:
      model: anthropic/claude-sonnet-4-5
      order: 1
router_settings:
  retry_policy:
    AuthenticationErrorRetries: 3
    TimeoutErrorRetries: 0
    RateLimitErrorRetries: 3
    InternalServerErrorRetries: 4
  allowed_fails_policy:
    RateLimitErrorAllowedFails: 10000
  cooldown_time: 30
  routing_strategy: latency-based-routing
  routing_strategy_args: { ttl: 10 }
`,
    calls: { chat: 'anthropic claude-sonnet-4-5' },
    routes: { chat: ['anthropic claude-sonnet-4-5', 'openai gpt-4o'] },
    notes: [
      '1 changed general_settings.master_key',
      '2 changed model_list[0]',
      '3 todo model_list[0].litellm_params.api_key',
      '4 changed model_list[1]',
      '6 todo model_list[1].litellm_params.model',
      '10 note router_settings.retry_policy.AuthenticationErrorRetries',
      '12 changed router_settings.retry_policy.RateLimitErrorRetries',
      '14 lost router_settings.allowed_fails_policy',
      '16 changed router_settings.cooldown_time',
      '18 lost router_settings.routing_strategy_args',
    ],
  },
  {
    like: 'docs/proxy/users.md, Budgets',
    yaml: `
model_list:
  - model_name: chat
    litellm_params: { model: openai/gpt-4o }
litellm_settings:
  max_budget: 100
  budget_duration: 30d
  max_end_user_budget: 0.5
  max_internal_user_budget: 10
  internal_user_budget_duration: "1mo"
  default_key_generate_params:
    tpm_limit: 1000
    rpm_limit: 10
    models: [chat]
  upperbound_key_generate_params:
    max_budget: 100
general_settings:
  global_max_parallel_requests: 40
  max_parallel_requests: 5
  database_url: "postgresql://u:p@h/db"
`,
    calls: { chat: 'openai gpt-4o' },
    notes: [
      '3 todo model_list[0].litellm_params.model',
      '7 changed litellm_settings.max_end_user_budget',
      '13 lost litellm_settings.default_key_generate_params.models',
      '14 todo litellm_settings.upperbound_key_generate_params',
      '16 changed general_settings.master_key',
      '19 todo general_settings.database_url',
    ],
  },
  {
    like: 'docs/providers/vertex.md',
    yaml: `
model_list:
  - model_name: gemini
    litellm_params:
      model: vertex_ai/gemini-2.5-pro
      vertex_project: acme-123
      vertex_location: us-central1
      vertex_credentials: /etc/keys/acme.json
  - model_name: gemini
    litellm_params:
      model: vertex_ai/gemini-2.5-flash
      vertex_project: acme-123
  - model_name: claude
    litellm_params:
      model: vertex_ai/claude-sonnet-4-5@20250929
      vertex_project: os.environ/PROJECT
      vertex_location: europe-west1
`,
    routes: { claude: ['vertex-europe-west1 claude-sonnet-4-5@20250929'] },
    notes: [
      '1 changed general_settings.master_key',
      '7 todo model_list[0].litellm_params.vertex_credentials',
      '15 lost model_list[2].litellm_params.vertex_project',
    ],
  },
  {
    like: 'docs/proxy/docker_quick_start.md, several vendors',
    yaml: `
model_list:
  - model_name: gemini
    litellm_params: { model: gemini/gemini-2.5-pro, api_key: os.environ/GEMINI_API_KEY }
  - model_name: claude
    litellm_params: { model: anthropic/claude-opus-4-1, api_base: https://proxy.acme.test/anthropic }
  - model_name: command
    litellm_params: { model: cohere_chat/command-a-03-2025, api_key: os.environ/COHERE_API_KEY }
  - model_name: mistral
    litellm_params: { model: mistral/mistral-large-latest }
general_settings:
  master_key: os.environ/LITELLM_MASTER_KEY
`,
    calls: {
      gemini: 'gemini gemini-2.5-pro',
      claude: 'anthropic claude-opus-4-1',
      command: 'cohere command-a-03-2025',
      mistral: 'mistral mistral-large-latest',
    },
    notes: [
      '3 todo model_list[0].litellm_params.api_key',
      '5 todo model_list[1].litellm_params.model',
      '7 todo model_list[2].litellm_params.api_key',
      '9 todo model_list[3].litellm_params.model',
      '11 todo general_settings.master_key',
    ],
  },
  {
    like: 'docs/providers/vllm.md, ollama.md, lm_studio.md, xinference.md',
    yaml: `
model_list:
  - model_name: vllm
    litellm_params: { model: hosted_vllm/acme/llama, api_base: http://vllm.models.svc:8000/v1 }
  - model_name: ollama
    litellm_params: { model: ollama_chat/llama3.1, api_base: "http://localhost:11434" }
  - model_name: studio
    litellm_params: { model: lm_studio/phi, api_base: http://127.0.0.1:1234/v1 }
  - model_name: inference
    litellm_params: { model: xinference/qwen, api_base: http://10.0.0.7:9997/v1 }
  - model_name: by-name
    litellm_params:
      model: my-model
      custom_llm_provider: openai
      api_base: http://my-model:8080/v1/chat/completions
`,
    calls: {
      vllm: 'vllm acme/llama',
      ollama: 'ollama llama3.1',
      studio: 'lmstudio phi',
      inference: 'xinference qwen',
      'by-name': 'my-model-8080 my-model',
    },
    notes: ['1 changed general_settings.master_key'],
  },
  {
    like: 'docs/providers, vendors that speak the API of OpenAI',
    yaml: `
model_list:
  - model_name: groq
    litellm_params: { model: groq/llama-3.3-70b-versatile }
  - model_name: deepseek
    litellm_params: { model: deepseek/deepseek-chat, api_key: os.environ/DEEPSEEK_KEY }
  - model_name: together
    litellm_params: { model: together_ai/meta-llama/Llama-3.3-70B-Instruct-Turbo }
  - model_name: fireworks
    litellm_params: { model: fireworks_ai/accounts/fireworks/models/llama-v3p1-8b-instruct }
  - model_name: openrouter
    litellm_params: { model: openrouter/openai/gpt-4o }
  - model_name: sonar
    litellm_params: { model: perplexity/sonar }
  - model_name: grok
    litellm_params: { model: xai/grok-4 }
  - model_name: databricks
    litellm_params: { model: databricks/dbrx, api_base: "https://acme.cloud.databricks.com/serving-endpoints" }
  - model_name: replicate
    litellm_params: { model: replicate/acme/llama }
`,
    calls: {
      groq: 'groq llama-3.3-70b-versatile',
      deepseek: 'deepseek deepseek-chat',
      together: 'together meta-llama/Llama-3.3-70B-Instruct-Turbo',
      fireworks: 'fireworks accounts/fireworks/models/llama-v3p1-8b-instruct',
      openrouter: 'openrouter openai/gpt-4o',
      sonar: 'perplexity sonar',
      grok: 'xai grok-4',
      databricks: 'databricks dbrx',
    },
    notes: [
      '1 changed general_settings.master_key',
      '3 todo model_list[0].litellm_params.model',
      '5 todo model_list[1].litellm_params.api_key',
      '7 todo model_list[2].litellm_params.model',
      '9 todo model_list[3].litellm_params.model',
      '11 todo model_list[4].litellm_params.model',
      '13 todo model_list[5].litellm_params.model',
      '15 todo model_list[6].litellm_params.model',
      '17 todo model_list[7].litellm_params.model',
      '19 lost model_list[8].litellm_params.model',
    ],
  },
  {
    like: 'docs/proxy/caching.md, logging.md, alerting.md, guardrails',
    yaml: `
model_list:
  - model_name: chat
    litellm_params: { model: openai/gpt-4o, cache_control_injection_points: [{ location: message }] }
guardrails:
  - guardrail_name: no-secrets
    litellm_params: { guardrail: presidio, mode: pre_call }
mcp_servers:
  deepwiki: { url: "https://mcp.acme.test" }
litellm_settings:
  cache: true
  cache_params:
    type: redis
    ttl: 600
  callbacks: ["otel"]
  turn_off_message_logging: true
  unheard_of: 5
callback_settings:
  otel: { message_logging: false }
general_settings:
  alerting: ["slack"]
  alerting_threshold: 300
  background_health_checks: true
  health_check_interval: 300
`,
    calls: { chat: 'openai gpt-4o' },
    notes: [
      '3 todo model_list[0].litellm_params.model',
      '3 lost model_list[0].litellm_params.cache_control_injection_points',
      '4 lost guardrails',
      '7 lost mcp_servers',
      '10 lost litellm_settings.cache',
      '11 lost litellm_settings.cache_params',
      '14 lost litellm_settings.callbacks',
      '15 lost litellm_settings.turn_off_message_logging',
      '16 lost litellm_settings.unheard_of',
      '17 lost callback_settings',
      '19 changed general_settings.master_key',
      '20 lost general_settings.alerting',
      '21 lost general_settings.alerting_threshold',
      '22 lost general_settings.background_health_checks',
      '23 lost general_settings.health_check_interval',
    ],
  },
  {
    like: 'docs/proxy/reliability.md, mock responses',
    yaml: `
model_list:
  - model_name: answers
    litellm_params: { model: openai/gpt-4o, mock_response: "This is a test" }
  - model_name: chat
    litellm_params: { model: openai/gpt-4o }
litellm_settings: { fallbacks: [{ chat: [answers] }] }
`,
    routes: { chat: ['openai gpt-4o', 'mock answers'] },
    notes: ['1 changed general_settings.master_key', '5 todo model_list[1].litellm_params.model'],
  },
  {
    like: 'docs/providers/azure.md, Entra',
    yaml: `
model_list:
  - model_name: chat
    litellm_params:
      model: azure/chat
      api_base: https://acme.openai.azure.com/
      tenant_id: contoso.example
      client_id: 11111111-2222-3333-4444-555555555555
      client_secret: os.environ/AZURE_CLIENT_SECRET
      api_version: "of today"
`,
    routes: { chat: ['azure-acme chat'] },
    notes: [
      '1 changed general_settings.master_key',
      '8 todo model_list[0].litellm_params.client_secret',
      '9 lost model_list[0].litellm_params.api_version',
    ],
  },
  {
    like: 'docs/providers/bedrock.md, keys',
    yaml: `
model_list:
  - model_name: claude
    litellm_params:
      model: bedrock/us.anthropic.claude-sonnet-4-5-20250929-v1:0
      aws_access_key_id: AKIAEXAMPLE
      aws_secret_access_key: secret-of-aws
      aws_region_name: eu-central-1
  - model_name: nova
    litellm_params:
      model: bedrock/converse/us.amazon.nova-pro-v1:0
      aws_access_key_id: os.environ/AWS_ACCESS_KEY_ID
      aws_secret_access_key: os.environ/AWS_SECRET_ACCESS_KEY
      aws_region_name: us-east-1
  - model_name: role
    litellm_params:
      model: bedrock/us.amazon.nova-lite-v1:0
      aws_role_name: arn:aws:iam::123456789012:role/models
      aws_session_name: acme
      aws_region_name: us-east-1
`,
    calls: { claude: 'bedrock-eu-central-1 us.anthropic.claude-sonnet-4-5-20250929-v1:0' },
    routes: { role: ['bedrock-us-east-1-us-amazon-nova-lite-v1-0 us.amazon.nova-lite-v1:0'] },
    notes: [
      '1 changed general_settings.master_key',
      '6 todo model_list[0].litellm_params.aws_secret_access_key',
      '12 todo model_list[1].litellm_params.aws_secret_access_key',
      '18 lost model_list[2].litellm_params.aws_session_name',
    ],
  },
  {
    like: 'anchors and merges, as YAML has them',
    yaml: `
shared: &shared
  api_key: os.environ/OPENAI_API_KEY
  drop_params: false
model_list:
  - model_name: small
    litellm_params:
      <<: *shared
      model: openai/gpt-4o-mini
  - model_name: large
    litellm_params:
      <<: [*shared]
      model: openai/gpt-4o
      api_key: os.environ/LARGE_KEY
`,
    calls: { small: 'openai gpt-4o-mini', large: 'openai-gpt-4o gpt-4o' },
    notes: [
      '1 changed general_settings.master_key',
      '1 note shared',
      '2 todo model_list[0].litellm_params.api_key',
      '13 todo model_list[1].litellm_params.api_key',
    ],
  },
  {
    like: 'docs/proxy/timeout.md',
    yaml: `
model_list:
  - model_name: patient
    litellm_params: { model: openai/gpt-4o, timeout: 900, stream_timeout: 0.5, max_retries: 0 }
litellm_settings: { request_timeout: 20 }
router_settings: { disable_cooldowns: True, default_litellm_params: { seed: 1 } }
`,
    calls: { patient: 'openai gpt-4o' },
    notes: [
      '1 changed general_settings.master_key',
      '3 todo model_list[0].litellm_params.model',
      '3 changed model_list[0].litellm_params.stream_timeout',
      '5 lost router_settings.default_litellm_params.seed',
    ],
  },
  {
    like: 'docs/proxy/token_auth.md',
    yaml: `
model_list:
  - model_name: chat
    litellm_params: { model: openai/gpt-4o }
general_settings:
  enable_jwt_auth: True
  litellm_jwtauth: { team_id_jwt_field: client_id }
  completion_model: chat
  max_request_size_mb: 20
  litellm_key_header_name: X-Key
`,
    calls: { chat: 'openai gpt-4o' },
    notes: [
      '3 todo model_list[0].litellm_params.model',
      '4 changed general_settings.master_key',
      '5 lost general_settings.enable_jwt_auth',
      '6 lost general_settings.litellm_jwtauth',
      '9 lost general_settings.litellm_key_header_name',
    ],
  },
  {
    like: 'docs/providers/litellm_proxy.md, azure_ai.md',
    yaml: `
model_list:
  - model_name: upstream
    litellm_params: { model: litellm_proxy/chat, api_base: "http://litellm:4000/v1", api_key: sk-up }
  - model_name: foundry
    litellm_params:
      model: azure_ai/mistral-large
      api_base: https://acme.services.ai.azure.com/models
      api_key: os.environ/FOUNDRY_KEY
  - model_name: foundry-claude
    litellm_params:
      model: azure_ai/claude-opus-4-1
      api_base: https://acme.services.ai.azure.com
      api_key: os.environ/FOUNDRY_KEY
environment_variables:
  FOUNDRY_KEY: key-of-the-foundry
`,
    calls: {
      upstream: 'litellm chat',
      foundry: 'azure-foundry mistral-large',
      'foundry-claude': 'anthropic claude-opus-4-1',
    },
    notes: [
      '1 changed general_settings.master_key',
      '3 todo model_list[0].litellm_params.api_key',
      '8 todo model_list[1].litellm_params.api_key',
      '13 todo model_list[2].litellm_params.api_key',
    ],
  },
]
