import { isJsonObject, type JsonObject, stringOrUndefined } from '@fairlead/base'

/**
 * What Anthropic calls the errors of Bedrock, by the names of AWS in lower case.
 * https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_InvokeModelWithResponseStream.html#API_runtime_InvokeModelWithResponseStream_Errors
 * https://docs.aws.amazon.com/bedrock/latest/userguide/troubleshooting-api-error-codes.html
 */
const types: ReadonlyMap<string, string> = new Map([
  ['accessdeniedexception', 'permission_error'],
  ['expiredtokenexception', 'authentication_error'],
  ['incompletesignature', 'authentication_error'],
  ['invalidclienttokenid', 'authentication_error'],
  ['invalidsignatureexception', 'authentication_error'],
  ['missingauthenticationtokenexception', 'authentication_error'],
  ['notauthorized', 'permission_error'],
  ['unrecognizedclientexception', 'authentication_error'],
  ['internalserverexception', 'api_error'],
  ['internalfailure', 'api_error'],
  ['modelerrorexception', 'api_error'],
  ['modelnotreadyexception', 'overloaded_error'],
  ['modelstreamerrorexception', 'api_error'],
  ['modeltimeoutexception', 'timeout_error'],
  ['resourcenotfoundexception', 'not_found_error'],
  ['servicequotaexceededexception', 'rate_limit_error'],
  ['serviceunavailable', 'overloaded_error'],
  ['serviceunavailableexception', 'overloaded_error'],
  ['throttlingexception', 'rate_limit_error'],
  ['validationerror', 'invalid_request_error'],
  ['validationexception', 'invalid_request_error'],
])

/**
 * The model cannot be had, by this account or at all: which the name of the exception does not tell.
 * https://repost.aws/knowledge-center/bedrock-access-denied-error
 * https://docs.aws.amazon.com/bedrock/latest/userguide/inference-profiles-support.html
 */
const modelUnavailable =
  /access to the model|model identifier is invalid|on-demand throughput isn.t supported/i

/**
 * An error of Bedrock as the Messages API has it. `exception` is AWS's name for it, a type with its
 * namespace or address included (`com.amazon#Name:https://…`); `body` what it came with, whose message
 * is kept. What is already an error of the Messages API stays as it is.
 */
export function bedrockErrorBody(exception: string | undefined, body: unknown): JsonObject {
  if (isJsonObject(body) && body['type'] === 'error' && isJsonObject(body['error'])) return body
  const fields = isJsonObject(body) ? body : {}
  const message =
    stringOrUndefined(fields['message']) ??
    stringOrUndefined(fields['Message']) ??
    stringOrUndefined(body) ??
    ''
  const name = exception?.split(':')[0]?.split('#').at(-1)?.toLowerCase() ?? ''
  const type = modelUnavailable.test(message) ? 'not_found_error' : types.get(name)
  return { type: 'error', error: { type: type ?? 'api_error', message } }
}
