import type { ConfigValue } from './config-section.ts'
import type { NoteSeverity } from './conversion-notes.ts'

type Saying = readonly [severity: NoteSeverity, message: string]

const callerDefault: Saying = [
  'lost',
  'a default for calls: callers send it themselves, or a Persona does in spec.settings',
]
const ownProcess: Saying = ['note', "it concerns LiteLLM's own process: nothing to do"]
const database: Saying = [
  'todo',
  "keys, users and teams are in LiteLLM's database, not in this file: make a Consumer for each, with fairlead key create (docs/keys.md)",
]
const caching: Saying = ['lost', 'a CachePolicy says which answers are cached']
const logging: Saying = [
  'lost',
  'calls go to the log, to metrics and, with spec.telemetry of the LLMGateway, to an OpenTelemetry collector (docs/observability.md); most such services have one',
]
const alerts: Saying = [
  'lost',
  'Fairlead sends no alerts itself: write rules for its metrics (docs/observability.md)',
]
const signIn: Saying = [
  'lost',
  'say in spec.auth of the LLMGateway whose tokens are taken (docs/authentication.md)',
]
const accessRules: Saying = ['lost', 'say who may use it with an AccessPolicy (docs/access.md)']

/** What is to be said of settings by their paths without indices; `.*` at the end: and all below. */
const sayings: readonly (readonly [paths: string, saying: Saying])[] = [
  [
    'litellm_params: keep_alive temperature top_p top_k max_tokens max_completion_tokens seed stop n presence_penalty frequency_penalty logit_bias user response_format reasoning_effort thinking tools tool_choice parallel_tool_calls extra_body stream metadata prompt_id initial_prompt_value final_prompt_value roles bos_token eos_token',
    callerDefault,
  ],
  [
    'litellm_params: use_in_pass_through configurable_clientside_auth_params allow_dynamic_auth',
    ['lost', 'calls take one of the ways that the gateway serves, with the keys of the provider'],
  ],
  [
    'litellm_params: region_name',
    ['note', 'targets are not chosen by region: name the group for each'],
  ],
  [
    'litellm_params: additional_drop_params',
    ['note', 'what a provider or its model does not know is left out already'],
  ],
  [
    'litellm_params: merge_reasoning_content_in_choices',
    ['lost', 'reasoning stays apart from the answer'],
  ],
  [
    'litellm_params: aws_session_name aws_profile_name aws_web_identity_token aws_sts_endpoint aws_external_id',
    [
      'lost',
      'the gateway takes its identity at AWS from its environment (docs/providers/bedrock.md)',
    ],
  ],
  [
    'litellm_params: input_cost_per_second output_cost_per_second input_cost_per_image',
    ['lost', 'prices are by token or by call (docs/prices.md)'],
  ],
  [
    'litellm_params: cache_control_injection_points',
    ['lost', 'callers mark themselves what a provider caches'],
  ],
  [
    'litellm_params: guardrails',
    ['lost', 'a GuardrailPolicy says what calls and answers may not contain (docs/guardrails.md)'],
  ],
  [
    'litellm_params: mock_timeout mock_testing_fallbacks',
    ['lost', 'a provider of type Simulator fails as spec.simulator.failure says'],
  ],
  [
    'model_info: version description created_at updated_at created_by key litellm_provider mode team_public_model_name db_model direct_access output_vector_size supports_function_calling supports_vision supports_tool_choice supports_response_schema supports_prompt_caching supports_audio_input supports_audio_output supports_pdf_input supports_reasoning supports_system_messages supports_parallel_function_calling supported_openai_params',
    ['note', 'it only informs: nothing to do'],
  ],
  ['model_info: team_id access_groups', accessRules],
  [
    'model_info: supported_environments',
    ['lost', 'keep a folder of manifests for each environment'],
  ],
  [
    'model_info: health_check_timeout health_check_model disable_background_health_check health_check_voice',
    ['lost', 'spec.health.probe of the LLMProvider asks it at an interval'],
  ],
  ['model_info: custom_tokenizer', ['lost', 'tokens are counted as the model does, or estimated']],
  ['credential_list: credential_info', ['note', 'it only informs: nothing to do']],
  [
    'router_settings: enable_pre_call_checks enable_pre_call_check',
    ['note', 'a target whose context window is too small is always passed over'],
  ],
  [
    'router_settings: debug_level client_ttl cache_kwargs polling_interval default_priority set_verbose',
    ownProcess,
  ],
  [
    'router_settings: routing_strategy_args',
    ['lost', 'strategies have no such settings (docs/routing.md)'],
  ],
  [
    'router_settings: max_fallbacks',
    ['note', 'each fallback is asked once, at most 10 attempts altogether'],
  ],
  [
    'router_settings: retry_after',
    ['note', 'a target is asked again after a growing pause, or the one that it asks for'],
  ],
  [
    'router_settings.retry_policy: AuthenticationErrorRetries',
    ['note', 'a key that is refused leads to the next key or target at once'],
  ],
  [
    'router_settings.retry_policy: BadRequestErrorRetries ContentPolicyViolationErrorRetries',
    ['note', 'what is refused for what it says is not sent again'],
  ],
  ['litellm_settings: default_key_generate_params default_internal_user_params', accessRules],
  [
    'router_settings: allowed_fails_policy',
    ['lost', 'spec.health of the LLMProvider counts all failures alike'],
  ],
  [
    'router_settings: tag_filtering_match_any',
    ['note', 'a call is matched by any one of its tags'],
  ],
  [
    'router_settings: optional_pre_call_checks',
    ['lost', 'spec.rules[].stickiness keeps related calls at one target (docs/routing.md)'],
  ],
  [
    'router_settings: content_policy_fallbacks',
    ['lost', 'an answer that a provider refuses for its content is passed on'],
  ],
  [
    'litellm_settings: content_policy_fallbacks',
    ['lost', 'an answer that a provider refuses for its content is passed on'],
  ],
  [
    'litellm_settings: set_verbose json_logs telemetry force_ipv4 suppress_debug_info check_provider_endpoint disable_hf_tokenizer_download modify_params enable_preview_features ssl_verify',
    ownProcess,
  ],
  ['litellm_settings: cache cache_params', caching],
  [
    'litellm_settings: success_callback failure_callback callbacks service_callbacks turn_off_message_logging redact_user_api_key_info langfuse_default_tags redact_messages_in_exceptions default_team_settings s3_callback_params datadog_params',
    logging,
  ],
  [
    'litellm_settings: key_generation_settings upperbound_key_generate_params default_team_params default_team_id',
    database,
  ],
  ['litellm_settings: mcp_aliases', ['lost', 'MCP servers are not served']],
  [
    'litellm_settings: guardrails',
    ['lost', 'a GuardrailPolicy says what calls and answers may not contain (docs/guardrails.md)'],
  ],
  ['litellm_settings: public_model_groups', accessRules],
  [
    'litellm_settings: enable_json_schema_validation',
    ['lost', 'a GuardrailPolicy with a format checks them (docs/guardrails.md)'],
  ],
  [
    'litellm_settings: num_retries_per_request',
    ['lost', 'spec.rules[].retry has the attempts of a call'],
  ],
  [
    'general_settings: database_url store_model_in_db database_type allow_requests_on_db_unavailable custom_key_generate default_team_disabled',
    database,
  ],
  [
    'general_settings: database_connection_pool_limit database_connection_timeout disable_spend_logs disable_spend_updates disable_reset_budget proxy_batch_write_at proxy_batch_polling_interval proxy_budget_rescheduler_min_time proxy_budget_rescheduler_max_time disable_adding_master_key_hash_to_db disable_master_key_return maximum_spend_logs_retention_period maximum_spend_logs_retention_interval store_prompts_in_spend_logs use_redis_transaction_buffer user_api_key_cache_ttl disable_prisma_schema_update supported_db_objects disable_error_logs litellm_license ui_access_mode infer_model_from_keys always_include_stream_usage disable_retry_on_max_parallel_request_limit_error',
    ownProcess,
  ],
  [
    'general_settings: alerting alerting_threshold alert_types alerting_args alert_to_webhook_url spend_report_frequency',
    alerts,
  ],
  [
    'general_settings: background_health_checks health_check_interval health_check_details',
    [
      'lost',
      'spec.health.probe of an LLMProvider asks it at an interval; otherwise calls show whether it works',
    ],
  ],
  [
    'general_settings: enable_jwt_auth litellm_jwtauth enable_oauth2_auth enable_oauth2_proxy_auth oauth2_config_mappings custom_auth custom_sso allow_user_auth',
    signIn,
  ],
  [
    'general_settings: pass_through_endpoints',
    ['lost', 'only the paths of docs/gateway.md are served'],
  ],
  [
    'general_settings: key_management_system key_management_settings use_google_kms use_azure_key_vault',
    ['lost', 'keys are in Secrets; operators such as External Secrets fill them from a vault'],
  ],
  [
    'general_settings: litellm_key_header_name',
    ['lost', 'keys come in Authorization, x-api-key or x-goog-api-key'],
  ],
  [
    'general_settings: allowed_ips use_x_forwarded_for',
    ['lost', 'use a NetworkPolicy: spec.deployment.networkPolicy of the LLMGateway'],
  ],
  [
    'general_settings: forward_client_headers_to_llm_api forward_openai_org_id',
    ['lost', "callers' headers reach no provider, but for those of its own API"],
  ],
  [
    'general_settings: embedding_model image_generation_model moderation_model',
    ['lost', 'only chat, completions, messages and responses are served'],
  ],
  [
    'general_settings: max_response_size_mb',
    ['lost', 'see spec.limits.maxResponseBytes of the LLMGateway, for answers that it has to hold'],
  ],
  [
    'general_settings: allowed_routes public_routes admin_only_routes enforced_params enforce_user_param reject_clientside_metadata_tags service_account_settings',
    accessRules,
  ],
  [
    ': guardrails policies prompts mcp_servers mcp_tools vector_store_registry search_tools agents assistant_settings files_settings finetune_settings batch_settings worker_registry',
    ['lost', 'Fairlead has nothing of the kind yet'],
  ],
  [': callback_settings', logging],
  [': environment_variables', ['note', 'its values are used for os.environ/NAME']],
  [
    ': include',
    ['lost', 'files that are included are not read: put them into one file, and convert that'],
  ],
]

const byPath: ReadonlyMap<string, Saying> = new Map(
  sayings.flatMap(([paths, saying]) => {
    const [section = '', keys = ''] = paths.split(':')
    return keys
      .trim()
      .split(' ')
      .map((key) => [section === '' ? key : `${section}.${key}`, saying] as const)
  }),
)

/** Tells of a setting that nothing was made of. */
export function tellUnread(value: ConfigValue): void {
  if (value.isNull) return
  if (value.hasAnchor && !value.path.includes('.')) {
    value.note('note', 'it counts where it is named')
    return
  }
  const path = value.path
    .replaceAll(/\[\d+\]/g, '')
    .replace(/^model_list\.|^router_settings\.default_(?=litellm_params\.)/, '')
  const [severity, message] = sayingOf(path)
  value.note(severity, message)
}

/** What is to be said of a setting, or of the nearest one above it. */
function sayingOf(path: string): Saying {
  for (let end = path.length; end > 0; end = path.lastIndexOf('.', end - 1)) {
    const saying = byPath.get(path.slice(0, end))
    if (saying !== undefined) return saying
  }
  return ['lost', 'there is nothing like it, or the converter does not know it']
}
