import OpenAI from 'openai'
import type { Endpoints } from './fairlead-process.ts'

/** The vendor's own SDK, pointed at Fairlead; without its own retries, which would hide errors. */
export function openaiSdk(endpoints: Endpoints, apiKey = endpoints.apiKey): OpenAI {
  return new OpenAI({ baseURL: `${endpoints.gateway}/v1`, apiKey, maxRetries: 0 })
}

/** A plain call, for what the SDK hides: raw bytes, headers, invalid input. */
export function post(
  endpoints: Endpoints,
  path: string,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<Response> {
  return fetch(`${endpoints.gateway}${path}`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${endpoints.apiKey}`,
      'content-type': 'application/json',
      ...headers,
    },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })
}
