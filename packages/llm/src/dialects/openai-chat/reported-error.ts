import { arrayOrEmpty, isJsonObject, type JsonObject, stringOrUndefined } from '@fairlead/base'

/**
 * The error that a body reports: its `error`, the first of its `errors` (Cloudflare), or what MiniMax
 * says in `base_resp`, also in answers of status 200, in words of the others. Undefined without one.
 */
export function reportedError(body: JsonObject): JsonObject | undefined {
  const { error, errors } = body
  if (isJsonObject(error)) return error
  const [first] = arrayOrEmpty(errors)
  return isJsonObject(first) ? first : baseResponseError(body)
}

/**
 * The failure in `base_resp`; undefined for a body without one, and for success, whose code is 0. Its
 * codes are numbers of the vendor's own and are told apart from others' by their `type`.
 * https://platform.minimax.io/docs/api-reference/errorcode
 */
export function baseResponseError(body: JsonObject): JsonObject | undefined {
  const { base_resp: report } = body
  if (!isJsonObject(report) || typeof report['status_code'] !== 'number') return undefined
  if (report['status_code'] === 0) return undefined
  const code = String(report['status_code'])
  const message = stringOrUndefined(report['status_msg'])
  return { code, type: `base_resp ${code}`, ...(message === undefined ? {} : { message }) }
}
