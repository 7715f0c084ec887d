import type { EncodeOptions } from './chat-format.ts'

/** Whether a stream's usage is asked for although its caller did not. */
export function asksForUsage({ quirks, requestsUsage }: EncodeOptions): boolean {
  return requestsUsage === true && quirks?.usageOption === undefined
}
