import { type FailureRow, noStatus } from '../../errors/failure-table.ts'

/** https://platform.openai.com/docs/guides/error-codes/api-errors */
const openAi = "OpenAI's guide to error codes"
const azure = "Azure OpenAI's error codes"
/** `ResponseErrorCode` in OpenAI's API description. */
const responseCodes = 'the codes of a failed response'
const xai = "xAI's errors"

/**
 * What errors of Responses mean, where their status alone does not say it. The first row that
 * matches counts.
 */
export const failures: readonly FailureRow[] = [
  {
    codes: ['insufficient_quota', 'billing_hard_limit_reached', 'billing_not_active'],
    failure: 'CreditExhausted',
    source: openAi,
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
    codes: ['bio_policy', 'invalid_prompt', 'image_content_policy_violation'],
    failure: 'ContentRefused',
    source: responseCodes,
  },
  {
    statuses: [400, 403],
    words: /moderation|flagged|content (?:management )?(?:policy|filter)/i,
    failure: 'ContentRefused',
    source: "OpenRouter's errors",
  },
  {
    codes: ['unsupported_country_region_territory'],
    failure: 'ModelUnavailable',
    source: openAi,
  },
  {
    codes: ['model_not_found', 'DeploymentNotFound'],
    failure: 'ModelUnavailable',
    source: `${openAi}, ${azure}`,
  },
  {
    statuses: [400],
    words: /\bmodel\b.{0,300}(?:does not exist|not found)/i,
    failure: 'ModelUnavailable',
    source: `vLLM, LM Studio and ${xai}`,
  },
  {
    codes: ['token_expired', 'expired_api_key'],
    failure: 'CredentialExpired',
    source: openAi,
  },
  {
    statuses: [400, 401, 403],
    words: /(?:key|token) (?:has |is )?expired|expired (?:api )?(?:key|token)/i,
    failure: 'CredentialExpired',
    source: "Azure OpenAI's and xAI's errors",
  },
  {
    statuses: [400],
    codes: ['invalid_api_key'],
    failure: 'CredentialRefused',
    source: xai,
  },
  {
    statuses: [400],
    words: /incorrect api key/i,
    failure: 'CredentialRefused',
    source: xai,
  },
  {
    codes: ['server_is_overloaded', 'slow_down', 'engine_overloaded', 'overloaded_error'],
    failure: 'Overloaded',
    source: openAi,
  },
  {
    statuses: [498],
    failure: 'Overloaded',
    source: "Groq's errors: flex tier capacity exceeded",
  },
  {
    codes: ['rate_limit_exceeded', 'rate_limit_error'],
    failure: 'RateLimited',
    source: `${openAi} and ${responseCodes}`,
  },
  {
    statuses: [noStatus],
    codes: [
      'invalid_request_error',
      'invalid_image',
      'invalid_image_format',
      'invalid_base64_image',
      'invalid_image_url',
      'image_too_large',
      'image_too_small',
      'image_parse_error',
      'invalid_image_mode',
      'image_file_too_large',
      'unsupported_image_media_type',
      'empty_image_file',
      'failed_to_download_image',
      'image_file_not_found',
    ],
    failure: 'InvalidRequest',
    source: responseCodes,
  },
]
