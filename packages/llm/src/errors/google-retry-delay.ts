import { arrayOrEmpty, isJsonObject } from '@fairlead/base'

const retryInfo = 'type.googleapis.com/google.rpc.RetryInfo'

/**
 * The delay that `details` of a Google error ask for, in seconds; undefined if they ask for none.
 * https://github.com/googleapis/googleapis/blob/master/google/rpc/error_details.proto: RetryInfo. The
 * same stands in answers of Gemini's OpenAI-compatible API.
 */
export function googleRetryDelay(details: unknown): number | undefined {
  const info = arrayOrEmpty(details)
    .filter(isJsonObject)
    .find((detail) => detail['@type'] === retryInfo)
  const delay = info?.['retryDelay']
  const isDuration = typeof delay === 'string' && /^\d{1,9}(?:\.\d{1,9})?s$/.test(delay)
  return isDuration ? Number.parseFloat(delay) : undefined
}
