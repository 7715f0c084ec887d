import { type FailureRow, noStatus } from '../../errors/failure-table.ts'

const openAi = "OpenAI's guide to error codes"
const azure = "Azure OpenAI's error codes"
const openRouter = "OpenRouter's errors"
const gemini = "Gemini's OpenAI-compatible API"
const groq = "Groq's errors"
/** https://platform.moonshot.ai/docs/api/errors */
const moonshot = "Moonshot's errors"
/** https://www.alibabacloud.com/help/en/model-studio/error-code */
const dashScope = "DashScope's error codes"
/** https://www.volcengine.com/docs/82379/1299023 */
const ark = "Volcengine Ark's error codes"
const miniMax = "MiniMax's error codes, in base_resp"

/**
 * What errors of OpenAI and of compatible servers mean, where their status alone does not say it.
 * The first row that matches counts.
 */
export const failures: readonly FailureRow[] = [
  {
    codes: [
      'insufficient_quota',
      'billing_hard_limit_reached',
      'billing_not_active',
      'insufficient_balance',
      'insufficient_credits',
    ],
    failure: 'CreditExhausted',
    source: openAi,
  },
  {
    codes: ['exceeded_current_quota_error'],
    failure: 'CreditExhausted',
    source: moonshot,
  },
  {
    codes: ['Arrearage', 'AllocationQuota.FreeTierOnly'],
    failure: 'CreditExhausted',
    source: dashScope,
  },
  { codes: ['AccountOverdueError'], failure: 'CreditExhausted', source: ark },
  {
    codes: [
      'SensitiveContentDetected',
      'InputTextSensitiveContentDetected',
      'OutputTextSensitiveContentDetected',
    ],
    failure: 'ContentRefused',
    source: ark,
  },
  {
    codes: [
      'content_filter',
      'content_policy_violation',
      'moderation_blocked',
      'ResponsibleAIPolicyViolation',
    ],
    failure: 'ContentRefused',
    source: azure,
  },
  {
    codes: ['data_inspection_failed'],
    failure: 'ContentRefused',
    source: dashScope,
  },
  // `flagged_input` stands for error.metadata with that field, see decodeError.
  { codes: ['flagged_input'], failure: 'ContentRefused', source: openRouter },
  {
    statuses: [400, 403],
    words: /moderation|flagged|content (?:management )?(?:policy|filter)/i,
    failure: 'ContentRefused',
    source: openRouter,
  },
  {
    codes: ['unsupported_country_region_territory'],
    failure: 'ModelUnavailable',
    source: openAi,
  },
  {
    codes: [
      'model_not_found',
      'DeploymentNotFound',
      'model_not_available',
      'invalid_model',
      'model_decommissioned',
      'model_terms_required',
    ],
    failure: 'ModelUnavailable',
    source: `${openAi}, ${azure}, ${groq}, Mistral's and Together's errors`,
  },
  {
    statuses: [400],
    words:
      /\bmodel\b.{0,300}(?:does not exist|not found|not a valid model|decommissioned|no longer available)|not a valid model/i,
    failure: 'ModelUnavailable',
    source: `${openRouter}, vLLM and LM Studio`,
  },
  {
    codes: ['token_expired', 'expired_api_key', 'api_key_expired', 'API_KEY_EXPIRED'],
    failure: 'CredentialExpired',
    source: gemini,
  },
  {
    statuses: [400, 401, 403],
    words: /(?:key|token) (?:has |is )?expired|expired (?:api )?(?:key|token)/i,
    failure: 'CredentialExpired',
    source: gemini,
  },
  {
    statuses: [400],
    codes: ['API_KEY_INVALID', 'invalid_api_key'],
    failure: 'CredentialRefused',
    source: gemini,
  },
  {
    statuses: [400],
    words: /api key not valid/i,
    failure: 'CredentialRefused',
    source: gemini,
  },
  {
    codes: [
      'engine_overloaded',
      'overloaded',
      'overloaded_error',
      'server_overloaded',
      'slow_down',
      'engine_overloaded_error',
      'NoCapacity',
      'service_tier_capacity_exceeded',
    ],
    failure: 'Overloaded',
    source: `${openAi}, ${moonshot}, ${azure}, Mistral's errors`,
  },
  { statuses: [498], failure: 'Overloaded', source: `${groq}: flex tier capacity exceeded` },
  {
    codes: ['rate_limit_exceeded', 'rate_limit_error', 'RESOURCE_EXHAUSTED'],
    failure: 'RateLimited',
    source: `${openAi}, ${groq} (with status 413 too), ${gemini}`,
  },
  { codes: ['base_resp 1001'], failure: 'Timeout', source: miniMax },
  {
    codes: ['base_resp 1002', 'base_resp 1041', 'base_resp 2045'],
    failure: 'RateLimited',
    source: miniMax,
  },
  {
    codes: ['base_resp 1004', 'base_resp 2049'],
    failure: 'CredentialRefused',
    source: miniMax,
  },
  {
    codes: ['base_resp 1008', 'base_resp 2056'],
    failure: 'CreditExhausted',
    source: miniMax,
  },
  {
    codes: ['base_resp 1026', 'base_resp 1027'],
    failure: 'ContentRefused',
    source: miniMax,
  },
  {
    codes: ['base_resp 1039', 'base_resp 1042', 'base_resp 2013'],
    failure: 'InvalidRequest',
    source: miniMax,
  },
  {
    statuses: [noStatus],
    codes: ['invalid_request_error', 'invalid_request'],
    failure: 'InvalidRequest',
    source: 'an error inside a stream or a 200, which has no status of its own',
  },
]
